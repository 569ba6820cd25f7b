// The body of an HTTP/1.1 request as it comes in.

import Exchange
import HTTP
import Primitives
import Runtime

/// A request body, decoded and kept in a bounded buffer until its reader takes it; or, after an
/// upgrade, whatever the client sends.
final class HTTP1RequestBody: BodySource {
  private weak var http1: HTTP1Connection?
  private var decoder: HTTP1BodyDecoder?
  private var pieces: [Bytes] = []
  private var waitingBytes = 0
  private var state: State
  private var reader: Parker?
  private var owesContinue: Bool
  private var discardedBytes = 0
  private var pace: BodyPace
  /// Since when there has been room for more.
  private var roomSince: Instant
  private(set) var trailers: FieldBlock?

  /// Where the body is in its life.
  private enum State {
    /// Before an upgrade is accepted.
    case waiting
    case receiving
    case discarding
    case complete
    case failed(Failure)
  }

  init(_ http1: HTTP1Connection, framing: HTTP1MessageFraming.Body, expectsContinue: Bool) {
    self.http1 = http1
    decoder = HTTP1BodyDecoder(framing)
    owesContinue = expectsContinue
    state = .receiving
    pace = BodyPace(begunAt: http1.connection.loop.now)
    roomSince = http1.connection.loop.now
  }

  /// The client's side of an upgrade.
  init(raw http1: HTTP1Connection) {
    self.http1 = http1
    decoder = nil
    owesContinue = false
    state = .waiting
    pace = BodyPace(begunAt: http1.connection.loop.now)
    roomSince = http1.connection.loop.now
  }

  /// Whether nothing more of the body is to come; an upgrade that was not accepted has none.
  var isComplete: Bool {
    switch state {
    case .complete, .failed, .waiting: true
    case .receiving, .discarding: false
    }
  }

  /// Whether the client owes more of the body, be it read or thrown away.
  var isExpected: Bool {
    switch state {
    case .receiving, .discarding: decoder != nil
    case .waiting, .complete, .failed: false
    }
  }

  var hasRoom: Bool {
    switch state {
    case .receiving: waitingBytes < HTTPServerLimits.pendingBodyBytes
    case .discarding: true
    case .waiting, .complete, .failed: false
    }
  }

  // MARK: - The reader's side

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while true {
      if let excess { throw excess }
      if !pieces.isEmpty { return takeFirst() }
      switch state {
      case .complete: return nil
      case .failed(let failure): throw failure
      case .waiting, .receiving, .discarding: break
      }
      if parker.isCancelled { throw Failure(.clientAborted) }
      sendContinue()
      reader = parker
      http1?.connection.enqueue()
      _ = await parker.park()
      reader = nil
    }
  }

  func abandon() {
    pieces.removeAll()
    waitingBytes = 0
    reader = nil
    if case .receiving = state { state = .discarding }
    http1?.connection.enqueue()
  }

  /// More has come than the zone takes. Its bound is known on its turn only; some of the body may be
  /// here before that.
  private var excess: Failure? {
    guard decoder != nil, let limit = http1?.exchange?.requestBodyLimit,
      pace.receivedBytes > limit
    else { return nil }
    return Failure(.requestTooLarge, "the zone takes at most \(limit) bytes")
  }

  private func takeFirst() -> Bytes {
    let piece = pieces.removeFirst()
    let wasFull = waitingBytes >= HTTPServerLimits.pendingBodyBytes
    waitingBytes -= piece.count
    if wasFull, let http1 {
      roomSince = http1.connection.loop.now
      http1.connection.enqueue()
    }
    return piece
  }

  /// RFC 9110 section 10.1.1: the reader wants the body, so the client may send it.
  private func sendContinue() {
    guard owesContinue, let http1, let exchange = http1.exchange else { return }
    owesContinue = false
    if pace.receivedBytes == 0 { http1.interim(ResponseHead(status: 100), for: exchange) }
  }

  // MARK: - The connection's side

  /// Decodes from the front of `input` and returns how many bytes were used.
  func receive(_ input: Span<UInt8>) -> Int {
    guard decoder != nil else {
      push(input)
      return input.count
    }
    do throws(HTTPParseError) { return try decode(input) } catch {
      fail(Failure(.requestInvalid, "the request's body is malformed"))
      return input.count
    }
  }

  private func decode(_ input: Span<UInt8>) throws(HTTPParseError) -> Int {
    var position = 0
    while position < input.count && hasRoom {
      guard var decoder else { break }
      let step = try decoder.decode(input.extracting(position..<input.count))
      self.decoder = decoder
      if !step.content.isEmpty {
        push(
          input.extracting(
            position + step.content.lowerBound..<position + step.content.upperBound))
      }
      position += step.consumed
      if case .failed = state { break }
      if step.isComplete {
        trailers = decoder.trailers.isEmpty ? nil : decoder.trailers
        state = .complete
        reader?.wake()
        break
      }
      if step.consumed == 0 { break }
    }
    return position
  }

  private func push(_ bytes: Span<UInt8>) {
    if let http1 {
      pace.received(bytes.count, at: http1.connection.loop.now)
      // After an upgrade the client owes nothing.
      if decoder != nil { http1.connection.setDeadline(pace.deadline) }
    }
    if case .discarding = state {
      discardedBytes += bytes.count
      if discardedBytes > HTTPServerLimits.discardedBodyBytes { fail(Failure(.requestTooLarge)) }
      return
    }
    if let excess { return fail(excess) }
    pieces.append(Bytes(copying: bytes))
    waitingBytes += bytes.count
    reader?.wake()
  }

  /// The client accepted the upgrade: what it sends now is not HTTP.
  func startRaw() {
    if case .waiting = state { state = .receiving }
  }

  /// The response is complete: drops what is left of the body. False if that is too much.
  func discardRest() -> Bool {
    pieces.removeAll()
    waitingBytes = 0
    switch state {
    case .receiving, .discarding:
      guard !owesContinue else { return false }
      state = .discarding
      return true
    case .waiting, .complete: return true
    case .failed: return false
    }
  }

  /// The client finished sending: the end of an upgraded stream, else too early.
  func inputEnded() {
    if decoder == nil {
      state = .complete
      reader?.wake()
    } else {
      fail(Failure(.clientAborted, "the client closed before its request was complete"))
    }
  }

  /// The reader sees a failure, never a shorter body.
  func fail(_ failure: Failure) {
    switch state {
    case .complete, .failed: return
    case .waiting, .receiving, .discarding: break
    }
    state = .failed(failure)
    // What follows on the connection can't be told from the rest of this body.
    http1?.keepsAlive = false
    pieces.removeAll()
    waitingBytes = 0
    reader?.wake()
  }

  /// When to look again; nil if the body comes too slowly. Nothing is demanded of a client whose
  /// bytes nobody has asked for.
  func checkProgress(_ now: Instant) -> Instant? {
    let next = now.advanced(byNanoseconds: HTTPServerLimits.bodyIdleNanoseconds)
    guard hasRoom, !owesContinue else { return next }
    return pace.isTooSlow(at: now, since: roomSince) ? nil : next
  }
}
