// Sending a request's body while its response is awaited.

import Exchange
import HTTP
import Primitives
import Runtime

/// Pulls a body from its source and sends it, no faster than the origin takes it. Runs as a task of
/// its own with its own waiting place, since the response may come at any time.
final class RequestUpload: @unchecked Sendable {
  // Confined to its loop.
  /// How the body is framed on the connection.
  enum Framing {
    case length(UInt64)
    case chunked
    /// After a change of protocol: bytes as they are, until the client closes.
    case raw
  }

  private let parker: Parker
  private let source: any BodySource
  private let framing: Framing
  private unowned let http1: HTTP1ClientConnection
  private var sentBytes: UInt64 = 0
  private var isStopped = false
  private var mayBegin: Bool
  /// Bytes that go before the next piece: the end of the last chunk and the head of the next.
  private var prefix: [UInt8] = []
  /// Waits for the client, not for the origin.
  private(set) var awaitsSource = true

  init(
    _ source: any BodySource, framing: Framing, on http1: HTTP1ClientConnection,
    awaitsContinue: Bool
  ) {
    self.source = source
    self.framing = framing
    self.http1 = http1
    mayBegin = !awaitsContinue
    parker = Parker(on: http1.connection.lane)
  }

  /// Starts the task. It keeps the connection's object until it ends.
  func start() {
    let http1 = http1
    // No capture list: the closure would lose the lane's isolation.
    http1.connection.lane.start {
      await self.run()
      withExtendedLifetime(http1) {}
    }
  }

  /// 100 (Continue) has come.
  func proceed() {
    mayBegin = true
    parker.wake()
  }

  /// Nothing more is to be sent.
  func stop() {
    guard !isStopped else { return }
    isStopped = true
    parker.cancel()
  }

  /// The connection has taken something.
  func connectionDrained() { if !awaitsSource { parker.wake() } }

  private func run() async {
    await awaitContinue()
    do throws(Failure) {
      while !isStopped {
        awaitsSource = true
        guard let piece = try await source.next(parker) else { break }
        awaitsSource = false
        guard try send(piece) else { break }
        await awaitRoom()
      }
      if !isStopped { try await end() } else { source.abandon() }
    } catch {
      source.abandon()
      if !isStopped { http1.fail(.requestBroken(error)) }
    }
  }

  /// RFC 9110 section 10.1.1: an origin that does not know Expect sends no 100.
  private func awaitContinue() async {
    let deadline = http1.connection.loop.now + HTTPClientLimits.continueDelay
    while !mayBegin && !isStopped {
      if await parker.park(until: deadline) == .timedOut { mayBegin = true }
    }
  }

  /// Sends one piece; false if the connection has failed.
  private func send(_ piece: Bytes) throws(Failure) -> Bool {
    if isStopped { return false }
    switch framing {
    case .raw: break
    case .length(let length):
      guard UInt64(piece.count) <= length - sentBytes else {
        throw Failure(.requestInvalid, "the request's body is longer than announced")
      }
    case .chunked: HTTP1ChunkWriter.appendHead(length: piece.count, to: &prefix)
    }
    sentBytes += UInt64(piece.count)
    transmit(piece)
    if case .chunked = framing { HTTP1ChunkWriter.appendTail(to: &prefix) }
    return !isStopped
  }

  private func transmit(_ piece: Bytes) {
    http1.progressAt = http1.connection.loop.now
    do throws(HTTPClientError) {
      try prefix.withSpan { head throws(HTTPClientError) in
        try http1.connection.transmit(head, piece)
      }
    } catch {
      http1.connectionFailed(error)
    }
    prefix.removeAll(keepingCapacity: true)
  }

  private func awaitRoom(atMost limit: Int = HTTPClientLimits.pendingOutputBytes) async {
    while !isStopped, http1.connection.queuedBytes > limit {
      http1.progressAt = http1.connection.loop.now
      _ = await parker.park()
    }
  }

  /// The source is at its end: so is the request, unless it is shorter than announced.
  private func end() async throws(Failure) {
    switch framing {
    case .raw:
      await awaitRoom(atMost: 0)
      if !isStopped { http1.connection.shutdownWrite() }
      return
    case .length(let length):
      guard sentBytes == length else {
        throw Failure(.clientAborted, "the request's body is shorter than announced")
      }
    case .chunked:
      if let trailers = source.trailers {
        HTTP1ChunkWriter.appendEnd(trailers: trailers, to: &prefix)
      } else {
        HTTP1ChunkWriter.appendEnd(to: &prefix)
      }
      transmit(.empty)
      if isStopped { return }
    }
    http1.state.requestEnded()
    http1.uploadEnded()
  }
}
