// A body that is coded as it is read.

import Compression
import Exchange
import HTTP
import Primitives
import Runtime

/// The coded form of another body, made piece by piece as its reader asks.
///
/// It works in turns: after `turnNanoseconds` other work of the loop has its turn. Before it waits for
/// its source it passes on all that it has. A source that breaks off breaks this one off.
/// Confined to one loop.
final class EncodedBody: BodySource, @unchecked Sendable {
  // Confined to its loop.
  private let source: any BodySource
  private let lease: EncoderLease
  private let loop: EventLoop
  /// Read from the source, and not taken by the encoder yet.
  private var input = Bytes.empty
  /// The encoder may hold bytes back that it was given.
  private var holdsBack = false
  private var isSourceAtEnd = false
  private var isComplete = false
  private var turnBeganAt: Instant

  init(_ source: any BodySource, _ lease: EncoderLease, on loop: EventLoop) {
    self.source = source
    self.lease = lease
    self.loop = loop
    turnBeganAt = loop.preciseNow
  }

  /// The trailers of the source, but for digests: those are of the content as it was.
  var trailers: FieldBlock? {
    guard var trailers = source.trailers else { return nil }
    trailers.removeDigests()
    return trailers.isEmpty ? nil : trailers
  }

  var isReady: Bool { isComplete || !input.isEmpty || source.isReady }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    if isComplete { return nil }
    let output = ByteStorage(capacity: ContentCodingLimits.pieceBytes)
    do throws(Failure) {
      while true {
        let operation = try await nextOperation(parker)
        if try step(operation, output) { break }
        if loop.preciseNow.nanoseconds(since: turnBeganAt) > ContentCodingLimits.turnNanoseconds {
          await parker.yield()
          if parker.isCancelled { throw Failure(.clientAborted, "the client left") }
          turnBeganAt = loop.preciseNow
        }
      }
    } catch {
      lease.end()
      throw error
    }
    return output.count > 0 ? output.trimmed : nil
  }

  func abandon() {
    lease.end()
    isComplete = true
    input = .empty
    source.abandon()
  }

  /// What the encoder is to do next; reads from the source when there is no input.
  private func nextOperation(_ parker: Parker) async throws(Failure) -> EncoderOperation {
    while input.isEmpty && !isSourceAtEnd {
      if holdsBack && !source.isReady { return .flush }
      if let piece = try await source.next(parker) { input = piece } else { isSourceAtEnd = true }
    }
    return isSourceAtEnd && input.isEmpty ? .finish : .process
  }

  /// One step; true if `output` is to go out now.
  private func step(
    _ operation: EncoderOperation, _ output: ByteStorage
  ) throws(Failure) -> Bool {
    let given = input.slice(0..<min(input.count, lease.stepBytes))
    let step = try lease.encode(given, operation, into: output)
    input = input.dropFirst(step.consumed)
    holdsBack = operation == .process || !step.isDone
    if operation == .finish && step.isDone {
      isComplete = true
      lease.end()
      return true
    }
    return output.free == 0 || operation == .flush && step.isDone && output.count > 0
  }
}

extension ByteStorage {
  /// What was filled, without much memory that holds nothing.
  var trimmed: Bytes {
    let all = Bytes(self, offset: 0, count: count)
    return count * 4 < capacity * 3 ? all.withSpan { Bytes(copying: $0) } : all
  }
}
