// Sending a request's body on a stream while its response is awaited.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime

/// Pulls a body from its source and queues it on the stream, no faster than the origin's windows
/// let it go. Runs as a task of its own with its own waiting place.
final class HTTP2RequestUpload: @unchecked Sendable {
  // Confined to its loop.
  private let parker: Parker
  private let source: any BodySource
  private let length: UInt64?
  private let exchange: HTTP2ClientExchange
  private var sentBytes: UInt64 = 0
  private var isStopped = false
  private var mayBegin: Bool
  /// Waits for the client, not for the origin.
  private(set) var awaitsSource = true

  init(
    _ source: any BodySource, length: UInt64?, of exchange: HTTP2ClientExchange,
    awaitsContinue: Bool
  ) {
    self.source = source
    self.length = length
    self.exchange = exchange
    mayBegin = !awaitsContinue
    parker = Parker(on: exchange.http2.connection.lane)
  }

  /// Starts the task.
  func start() {
    // No capture list: the closure would lose the lane's isolation.
    exchange.http2.connection.lane.start { await self.run() }
  }

  /// 100 (Continue) has come.
  func proceed() {
    guard !mayBegin else { return }
    mayBegin = true
    parker.wake()
  }

  /// Nothing more is to be sent.
  func stop() {
    guard !isStopped else { return }
    isStopped = true
    parker.cancel()
  }

  /// The stream has sent most of what was queued.
  func streamDrained() { if !awaitsSource { parker.wake() } }

  private func run() async {
    await awaitContinue()
    do throws(Failure) {
      while !isStopped {
        awaitsSource = true
        guard let piece = try await source.next(parker) else { break }
        awaitsSource = false
        guard try queue(piece) else { break }
        await awaitRoom()
      }
      if !isStopped { try end() } else { source.abandon() }
    } catch {
      source.abandon()
      guard !isStopped else { return }
      exchange.fail(.requestBroken(error))
      exchange.http2.flush()
    }
  }

  private func awaitContinue() async {
    let deadline = exchange.http2.connection.loop.now + HTTPClientLimits.continueDelay
    while !mayBegin && !isStopped {
      if await parker.park(until: deadline) == .timedOut { mayBegin = true }
    }
  }

  /// Queues one piece; false if the stream has closed meanwhile.
  private func queue(_ piece: Bytes) throws(Failure) -> Bool {
    guard !isStopped, let stream = exchange.stream else { return false }
    sentBytes += UInt64(piece.count)
    if let length, sentBytes > length {
      throw Failure(.requestInvalid, "the request's body is longer than announced")
    }
    do throws(HTTP2Failure) { try exchange.http2.session.enqueue(stream, piece) } catch {
      return false
    }
    exchange.progressAt = exchange.http2.connection.loop.now
    exchange.http2.flush()
    return !isStopped
  }

  private func awaitRoom() async {
    while !isStopped, let stream = exchange.stream,
      stream.queuedBytes > HTTPClientLimits.pendingOutputBytes
    {
      _ = await parker.park()
      exchange.progressAt = exchange.http2.connection.loop.now
    }
  }

  private func end() throws(Failure) {
    if let length, sentBytes != length {
      throw Failure(.clientAborted, "the request's body is shorter than announced")
    }
    guard let stream = exchange.stream else { return }
    do throws(HTTP2Failure) { try finish(stream) } catch { return }
    exchange.uploadEnded()
    exchange.http2.flush()
  }

  private func finish(_ stream: HTTP2Stream) throws(HTTP2Failure) {
    let session = exchange.http2.session
    guard let trailers = source.trailers, !trailers.isEmpty else {
      return try session.finish(stream)
    }
    var table = HTTP2FieldTable()
    for entry in trailers.entries where entry.name.trailerRule == .allowed {
      table.append(name: entry.nameRange, value: entry.valueRange)
    }
    try session.finish(stream, trailers: trailers.bytes, table: table)
  }
}
