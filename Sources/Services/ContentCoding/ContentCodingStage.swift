// Coding a response for its client.

package import Exchange
import HTTP
import Primitives
package import Runtime

/// Codes responses of one zone in what the client wants (RFC 9110 section 8.4), and marks those that
/// others would get in another form (Vary).
///
/// Confined to its loop. A short content in memory is coded at once; anything else becomes a stream.
package final class ContentCodingStage: ResponseStage {
  package static let name: StaticString = "content-coding"

  private let configuration: CompressionConfiguration
  private let mediaTypes: [MediaTypePattern]
  private let pool: EncoderPool
  private let encoders: ZoneEncoders
  private let loop: EventLoop

  /// `encoders` counts those of the zone, which may have begun under another configuration.
  package init(
    _ configuration: CompressionConfiguration, pool: EncoderPool, encoders: ZoneEncoders,
    loop: EventLoop
  ) {
    self.configuration = configuration
    self.pool = pool
    self.encoders = encoders
    self.loop = loop
    mediaTypes = configuration.mediaTypes.compactMap { MediaTypePattern($0) }
  }

  /// Marks the response if its form depends on the client, and codes it for this one.
  package func transform(_ exchange: Exchange) {
    switch exchange.response.status {
    case 304: return transformNotModified(exchange)
    // Responses without content, and parts of a content.
    case ..<200, 204, 205, 206: return
    default: break
    }
    guard isMeant(&exchange.response, exchange.facts.refusesIdentity) else { return }
    if !varies(&exchange.response) { exchange.response.fields.append(.vary, "Accept-Encoding") }
    guard let kind = EncoderKind(exchange.facts.wantedCoding, configuration),
      let body = encode(exchange, kind)
    else { return }
    takeOverFields(&exchange.response)
    exchange.response.fields.setCoding(exchange.facts.wantedCoding.token)
    exchange.response.body = body
    exchange.response.contentLength = nil
    if body.isComplete, exchange.request.method != .head {
      exchange.response.contentLength = UInt64(body.count)
    }
    exchange.facts.appliedCoding = exchange.facts.wantedCoding
  }

  // MARK: - Whether

  /// Whether a client that wants a coding gets one; `response` is lent (see `Exchange`).
  @inline(never)
  private func isMeant(_ response: inout Response, _ refusesIdentity: Bool) -> Bool {
    let stored = response.stored
    // A client that refuses the content as it is gets any content coded.
    if !refusesIdentity {
      if let length = response.contentLength, length < configuration.minimumBytes { return false }
      guard isMeantType(stored, response.fields) else { return false }
    } else if response.contentLength == 0 {
      return false
    }
    return stored?.isTransformable ?? true && response.fields.isTransformable
  }

  private func isMeantType(_ stored: StoredFields?, _ fields: borrowing FieldBlock) -> Bool {
    if let stored, let type = stored.mediaType {
      return stored.fields.bytes.withSpan { isMeantType($0.extracting(type)) }
    }
    guard let type = fields.mediaType else { return false }
    return isMeantType(fields.bytes.span.extracting(type))
  }

  private func isMeantType(_ type: Span<UInt8>) -> Bool {
    for index in mediaTypes.indices where mediaTypes[index].matches(type) { return true }
    return false
  }

  /// Whether Vary says already that the coding is chosen.
  @inline(never)
  private func varies(_ response: inout Response) -> Bool {
    response.stored?.variesByCoding ?? false || response.fields.variesByCoding
  }

  // MARK: - Coding

  /// The coded form of the response's body; nil if it must go out as it is.
  private func encode(_ exchange: Exchange, _ kind: EncoderKind) -> ResponseBody? {
    // The head alone is that of GET.
    if exchange.request.method == .head {
      exchange.response.body.abandon()
      return ResponseBody.none
    }
    switch exchange.response.body {
    case .none: return nil
    case .bytes(let bytes): return encode([bytes], kind)
    case .chunks(let pieces): return encode(pieces, kind)
    case .stream(let source):
      guard let lease = lease(kind) else { return nil }
      return .stream(EncodedBody(source, lease, on: loop))
    }
  }

  private func encode(_ pieces: [Bytes], _ kind: EncoderKind) -> ResponseBody? {
    let count = pieces.reduce(0) { $0 + $1.count }
    guard count > 0, let lease = lease(kind) else { return nil }
    guard count <= lease.stepBytes else {
      return .stream(EncodedBody(HeldBody(pieces), lease, on: loop))
    }
    defer { lease.end() }
    return lease.encodeAtOnce(pieces, count).map { .bytes($0) }
  }

  private func lease(_ kind: EncoderKind) -> EncoderLease? {
    EncoderLease(kind, pool, encoders, limit: configuration.concurrentResponses)
  }

  // MARK: - Fields

  /// Makes all fields the response's own, so that they can be changed.
  private func takeOverFields(_ response: inout Response) {
    guard let stored = response.stored else { return }
    for index in 0..<stored.fields.count { response.fields.append(index, of: stored.fields) }
    response.stored = nil
  }

  /// A client that asks by a weak tag, where ours is strong, has the coded form: the 304 speaks of
  /// that (RFC 9110 section 15.4.5).
  private func transformNotModified(_ exchange: Exchange) {
    guard exchange.facts.wantedCoding != .identity,
      let tag = exchange.response.fields.firstIndex(of: .etag),
      exchange.response.fields.withValue(
        at: tag,
        { tag in
          !EntityTag.isWeak(tag) && exchange.request.fields.namesWeakly(tag)
        })
    else { return }
    exchange.response.fields.weakenEntityTag()
    if !varies(&exchange.response) { exchange.response.fields.append(.vary, "Accept-Encoding") }
  }
}
