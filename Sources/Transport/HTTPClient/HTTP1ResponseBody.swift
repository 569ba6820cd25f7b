// The body of an HTTP/1.1 response as it comes in.

import Exchange
import HTTP
import Primitives
import Runtime

/// A response's body. It is received when its reader asks, into blocks that its pieces share, so
/// that content is not copied; what nobody asks for stays in the kernel.
final class HTTP1ResponseBody: BodySource, @unchecked Sendable {
  // Confined to its loop.
  /// Nil once the connection is given back or closed.
  private var http1: HTTP1ClientConnection?
  private var decoder: HTTP1BodyDecoder
  private let patience: Duration
  private let isUpgraded: Bool
  private let isChunked: Bool
  /// Content that came with the head.
  private var first: Bytes?
  /// Received and not decoded yet.
  private var undecoded = Bytes.empty
  /// What receptions go into while it has room.
  private var block: ByteStorage?
  private var failure: Failure?
  /// Bytes received, and chunks decoded, since the reader last waited.
  private var receivedInTurn = 0
  private var chunksInTurn = 0
  /// When the reader began to wait.
  private var askedAt: Instant
  private(set) var trailers: FieldBlock?

  init(
    _ http1: HTTP1ClientConnection, framing: HTTP1MessageFraming.Body, patience: Duration,
    isUpgraded: Bool = false
  ) {
    self.http1 = http1
    self.patience = patience
    self.isUpgraded = isUpgraded
    isChunked = framing == .chunked
    decoder = HTTP1BodyDecoder(framing)
    askedAt = http1.connection.loop.now
  }

  deinit { http1?.fail(.cancelled) }

  // MARK: - What came with the head

  /// Takes the bytes behind the head, in one piece without framing.
  func receive(_ rest: Span<UInt8>) throws(HTTPClientError) {
    guard rest.count > 0 else { return }
    let content = ByteStorage(capacity: rest.count)
    var position = 0
    while position < rest.count && !decoder.isComplete {
      let step = try decode(rest.extracting(position..<rest.count))
      _ = content.append(rest.extracting(position..<rest.count).extracting(step.content))
      position += step.consumed
    }
    if content.count > 0 { first = Bytes(content, offset: 0, count: content.count) }
    if decoder.isComplete { complete(surplus: rest.count - position) }
  }

  func receiveRaw(_ rest: Span<UInt8>) {
    if rest.count > 0 { first = Bytes(copying: rest) }
  }

  /// The body, if all of it came with the head and no trailers did.
  func takeWhole() -> Bytes? {
    guard decoder.isComplete, trailers == nil else { return nil }
    defer { first = nil }
    return first ?? .empty
  }

  // MARK: - The reader's side

  /// The last bytes may be no more than the framing behind a chunk and before the next.
  var isReady: Bool {
    first != nil || undecoded.count > HTTPClientLimits.chunkFrameBytes || http1 == nil
  }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    if let failure { throw failure }
    do throws(HTTPClientError) {
      askedAt = http1?.connection.loop.now ?? askedAt
      while true {
        if isTurnUsed {
          beginTurn()
          await parker.yield()
        }
        if let piece = try takePiece() { return piece }
        guard let http1 else { return nil }
        if let error = http1.failure { throw error }
        if parker.isCancelled { throw HTTPClientError.cancelled }
        http1.reader = parker
        if http1.connection.mayReceive {
          try receiveOnce(http1)
        } else {
          try await awaitBytes(http1, parker)
        }
      }
    } catch {
      throw end(error)
    }
  }

  func abandon() {
    first = nil
    undecoded = .empty
    block = nil
    if http1 != nil { _ = end(.cancelled) }
  }

  // MARK: - Receiving

  private var isTurnUsed: Bool {
    receivedInTurn >= HTTPClientLimits.receivedBytesPerTurn
      || chunksInTurn >= ExchangeLimits.chunksPerTurn
  }

  private func beginTurn() {
    receivedInTurn = 0
    chunksInTurn = 0
  }

  private func awaitBytes(
    _ http1: HTTP1ClientConnection, _ parker: Parker
  ) async throws(HTTPClientError) {
    beginTurn()
    // A reader that took its time does not make the origin late.
    switch await parker.park(until: max(http1.progressAt, askedAt) + patience) {
    case .woken: return
    case .cancelled: throw .cancelled
    case .timedOut:
      let due = max(http1.progressAt, askedAt) + patience
      if http1.connection.loop.now >= due { throw .readTimedOut }
    }
  }

  private func receiveOnce(_ http1: HTTP1ClientConnection) throws(HTTPClientError) {
    let block = roomyBlock()
    let start = block.count
    switch http1.connection.receiveBlock(block) {
    case .bytes(let count):
      http1.progressAt = http1.connection.loop.now
      undecoded = Bytes(block, offset: start, count: count)
      receivedInTurn += max(count, HTTPClientLimits.leastCountedBytes)
    case .wouldBlock: break
    case .failed(let error): throw isUpgraded ? error : .responseTruncated
    case .end:
      if http1.connection.isCutOff && !isUpgraded { throw .responseTruncated }
      do throws(HTTPParseError) { try decoder.finish() } catch { throw .responseTruncated }
      complete(surplus: 0)
    }
  }

  /// The block that is being filled, or a new one: as large as the rest of the body, if that is
  /// known, and one byte more, so that a reception shows that nothing follows.
  private func roomyBlock() -> ByteStorage {
    let full = HTTPClientLimits.bodyBlockBytes
    let rest = isChunked ? full : Int(min(decoder.remainingBytes ?? UInt64(full), UInt64(full)))
    if let block, block.free > min(rest, HTTPClientLimits.leastRoomBytes) { return block }
    let block = ByteStorage(capacity: min(rest + 1, full))
    self.block = block
    return block
  }

  // MARK: - Decoding

  private func takePiece() throws(HTTPClientError) -> Bytes? {
    if let first {
      self.first = nil
      return first
    }
    while !undecoded.isEmpty && !decoder.isComplete {
      let bytes = undecoded
      let step = try bytes.withSpan { (span) throws(HTTPClientError) in try decode(span) }
      undecoded = bytes.dropFirst(step.consumed)
      let isSmall = step.content.count <= HTTPClientLimits.gatheredChunkBytes
      if decoder.isComplete { complete(surplus: undecoded.count) }
      guard !step.content.isEmpty else { continue }
      if isSmall && !undecoded.isEmpty && !decoder.isComplete {
        return try gather(bytes.slice(step.content))
      }
      return bytes.slice(step.content)
    }
    return nil
  }

  /// Copies small chunks that lie behind each other into one piece, which is no longer than what may
  /// be gathered and keeps no more memory than twice its length.
  private func gather(_ piece: Bytes) throws(HTTPClientError) -> Bytes {
    let gathered = ByteStorage(
      capacity: min(piece.count + undecoded.count, HTTPClientLimits.gatheredPieceBytes))
    piece.withSpan { _ = gathered.append($0) }
    while !undecoded.isEmpty && !decoder.isComplete && gathered.free > 0 && !isTurnUsed {
      let bytes = undecoded.slice(0..<min(gathered.free, undecoded.count))
      let step = try bytes.withSpan { (span) throws(HTTPClientError) in try decode(span) }
      undecoded = undecoded.dropFirst(step.consumed)
      bytes.slice(step.content).withSpan { _ = gathered.append($0) }
      if decoder.isComplete { complete(surplus: undecoded.count) }
    }
    let whole = Bytes(gathered, offset: 0, count: gathered.count)
    return gathered.free > gathered.count ? whole.withSpan { Bytes(copying: $0) } : whole
  }

  private func decode(
    _ span: Span<UInt8>
  ) throws(HTTPClientError) -> HTTP1BodyDecoder.Step {
    chunksInTurn += 1
    do throws(HTTPParseError) { return try decoder.decode(span) } catch {
      throw .responseMalformed(error)
    }
  }

  // MARK: - Ends

  /// The last byte has come: the connection is given back before the reader takes it.
  private func complete(surplus: Int) {
    undecoded = .empty
    block = nil
    if !decoder.trailers.isEmpty { trailers = decoder.trailers }
    guard let http1 else { return }
    self.http1 = nil
    if surplus > 0 { http1.state.receivedSurplus() }
    http1.responseEnded()
  }

  /// Breaks the exchange off: whatever is asked from now on fails likewise.
  private func end(_ error: HTTPClientError) -> Failure {
    let failure = failure ?? (http1?.failure ?? error).failure()
    self.failure = failure
    http1?.fail(error)
    http1 = nil
    return failure
  }
}
