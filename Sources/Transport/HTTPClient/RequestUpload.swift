// Sending a request's body while its response is awaited.

import Exchange
import Primitives
import Runtime

/// Pulls a body from its source and gives it to its destination, no faster than the origin takes it.
/// Runs as a task of its own with its own waiting place, since the response may come at any time.
final class RequestUpload: @unchecked Sendable {
  // Confined to its loop.
  private let parker: Parker
  private let source: any BodySource
  /// As announced; nil if the body says where it ends.
  private let length: UInt64?
  private let destination: any UploadDestination
  private var sentBytes: UInt64 = 0
  private var isStopped = false
  private var mayBegin: Bool
  /// Waits for the client, not for the origin.
  private(set) var awaitsSource = true

  init(
    _ source: any BodySource, length: UInt64?, to destination: any UploadDestination,
    awaitsContinue: Bool
  ) {
    self.source = source
    self.length = length
    self.destination = destination
    mayBegin = !awaitsContinue
    parker = Parker(on: destination.lane)
  }

  /// Starts the task.
  func start() {
    // No capture list: the closure would lose the lane's isolation.
    destination.lane.start { await self.run() }
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

  /// The origin has taken something.
  func drained() { if !awaitsSource { parker.wake() } }

  private func run() async {
    await awaitContinue()
    var turn = PassingTurn()
    do throws(Failure) {
      while !isStopped {
        awaitsSource = true
        let next = try await source.next(parker)
        awaitsSource = false
        guard let piece = next else { break }
        guard try send(piece) else { break }
        await awaitRoom(source.allowsBacklog ? HTTPClientLimits.uploadBacklogBytes : 0)
        await turn.passed(piece, parker)
      }
      if !isStopped { try await end() } else { source.abandon() }
    } catch {
      source.abandon()
      if !isStopped { destination.uploadBroke(error) }
    }
  }

  /// RFC 9110 section 10.1.1: an origin that does not know Expect sends no 100.
  private func awaitContinue() async {
    let deadline = destination.lane.loop.now + HTTPClientLimits.continueDelay
    while !mayBegin && !isStopped {
      if await parker.park(until: deadline) == .timedOut { mayBegin = true }
    }
  }

  /// Sends one piece; false if nothing more can be sent.
  private func send(_ piece: Bytes) throws(Failure) -> Bool {
    guard !isStopped else { return false }
    // A chunk of no bytes would end the body.
    guard !piece.isEmpty else { return true }
    sentBytes += UInt64(piece.count)
    if let length, sentBytes > length {
      throw Failure(.requestInvalid, "the request's body is longer than announced")
    }
    destination.progressAt = destination.lane.loop.now
    return destination.send(piece) && !isStopped
  }

  private func awaitRoom(_ limit: Int) async {
    while !isStopped, destination.queuedBytes > limit {
      destination.progressAt = destination.lane.loop.now
      _ = await parker.park()
    }
  }

  /// The source is at its end: so is the request, unless it is shorter than announced.
  private func end() async throws(Failure) {
    if let length, sentBytes != length {
      throw Failure(.clientAborted, "the request's body is shorter than announced")
    }
    await awaitRoom(destination.queuedBytesAtEnd)
    if !isStopped { destination.finishUpload(trailers: source.trailers) }
  }
}
