// Answering from a stored response.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// Answers from `stored` if that may be used now; false if it must be validated.
  @inline(__always)
  func answer(
    _ exchange: Exchange, _ stored: StoredResponse, _ policy: CachePolicy,
    _ traits: RequestTraits, _ directives: RequestDirectives?, isHead: Bool
  ) -> Bool {
    let usability = stored.usability(directives, at: shard.now)
    if usability == .validate {
      return answerStale(exchange, stored, policy, traits, directives, isHead: isHead)
    }
    shard.noteUse(of: stored)
    exchange.facts.cache = usability == .fresh ? .hit : .stale
    fill(exchange, stored, traits, isHead: isHead)
    appendHitStatus(exchange, stored.freshness)
    return true
  }

  /// Fills the response from `stored`, all but Cache-Status: whole, a part, or 304.
  func fill(
    _ exchange: Exchange, _ stored: StoredResponse, _ traits: RequestTraits, isHead: Bool
  ) {
    exchange.response.status = stored.head.status
    exchange.response.contentLength = UInt64(stored.body.count)
    appendAge(exchange, stored.head, isOutdated: stored.outdated != nil)
    if traits.isDisjoint(with: [.ifNoneMatch, .ifModifiedSince, .range]) {
      exchange.response.stored = stored.head.fields
      exchange.response.body = isHead ? .none : body(of: stored, exchange)
      return
    }
    fillConditionally(exchange, stored, traits, isHead: isHead)
  }

  private func fillConditionally(
    _ exchange: Exchange, _ stored: StoredResponse, _ traits: RequestTraits, isHead: Bool
  ) {
    if isNotModified(exchange, stored.head, traits) {
      fillNotModified(exchange, stored.head)
      return
    }
    exchange.response.stored = stored.head.fields
    exchange.response.body = isHead ? .none : body(of: stored, exchange)
    // RFC 9110 section 14.2: ranges are defined for GET, and of the whole representation.
    guard !isHead, traits.contains(.range), stored.head.status == 200 else { return }
    fillRange(exchange, stored)
  }

  /// Whether the request's preconditions say that the client has this already (RFC 9111 section
  /// 4.3.2).
  func isNotModified(
    _ exchange: Exchange, _ head: StoredHead, _ traits: RequestTraits
  ) -> Bool {
    guard !traits.isDisjoint(with: .preconditions), head.status == 200 else { return false }
    let fields = head.fields.fields
    if let isSame = hasSameValidator(exchange.request.fields, fields, traits) { return isSame }
    let now = shard.wallTime
    let preconditions = Preconditions(
      response: fields, date: fields.date(.date, now: now), now: now)
    return preconditions.evaluate(
      exchange.request.method, exchange.request.fields, by: .cache) == .notModified
  }

  /// The common cases, without parsing dates or copying tags: a tag decides alone (RFC 9110 section
  /// 13.2.2), and browsers send the very Last-Modified that they got. Nil if it is not as simple.
  private func hasSameValidator(
    _ request: FieldBlock, _ stored: FieldBlock, _ traits: RequestTraits
  ) -> Bool? {
    if traits.contains(.ifNoneMatch) {
      let holds = request.withFirst(.ifNoneMatch) { list in
        stored.withFirst(.etag) { EntityTag.list(list, holds: $0, .weak) }
      }
      return (holds ?? nil) == true ? true : nil
    }
    let isSame = request.withFirst(.ifModifiedSince) { value in
      stored.withFirst(.lastModified) { $0.equals(value) && HTTPDate.length == value.count }
    }
    return (isSame ?? nil) == true && request.count(of: .ifModifiedSince) == 1 ? true : nil
  }

  /// Makes the response a 304 with the fields that RFC 9110 section 15.4.5 asks for.
  func fillNotModified(_ exchange: Exchange, _ head: StoredHead) {
    let fields = head.fields.fields
    exchange.response.status = 304
    exchange.response.stored = nil
    exchange.response.body = .none
    for index in fields.entries.indices {
      switch fields.entries[index].name {
      case .contentType, .contentEncoding, .contentLanguage, .acceptRanges: continue
      default: exchange.response.fields.append(index, of: fields)
      }
    }
  }

  private func fillRange(_ exchange: Exchange, _ stored: StoredResponse) {
    let fields = stored.head.fields.fields
    let preconditions = Preconditions(response: fields, now: shard.wallTime)
    guard preconditions.rangeApplies(exchange.request.fields),
      let request = exchange.request.fields.byteRanges
    else { return }
    let length = UInt64(stored.body.count)
    switch request.select(from: length) {
    case .everything: return
    case .unsatisfiable:
      exchange.response.status = 416
      exchange.response.stored = nil
      exchange.response.body = .none
      exchange.response.contentLength = 0
      exchange.response.fields.remove(.age)
      exchange.response.fields.append(.contentRange) {
        ContentRange(range: nil, length: length).append(to: &$0)
      }
    case .parts(let parts) where parts.count == 1:
      exchange.response.status = 206
      exchange.response.contentLength = UInt64(parts[0].count)
      exchange.response.body = body(
        of: stored, exchange, Int(parts[0].lowerBound)..<Int(parts[0].upperBound))
      leaveOutContentDigest(exchange)
      exchange.response.fields.append(.contentRange) {
        ContentRange(range: parts[0], length: length).append(to: &$0)
      }
    case .parts(let parts): fillParts(exchange, stored, parts)
    }
  }

  /// Makes the fields of a whole those of a part of it.
  func leaveOutContentDigest(_ exchange: Exchange) {
    exchange.response.fields.removeContentDigest()
    guard let fields = exchange.response.stored?.fields,
      fields.entries.contains(where: fields.isContentDigest)
    else { return }
    exchange.response.stored = nil
    for (index, entry) in fields.entries.enumerated() where !fields.isContentDigest(entry) {
      exchange.response.fields.append(index, of: fields)
    }
  }

  /// Several ranges: `multipart/byteranges` (RFC 9110 section 14.6).
  private func fillParts(
    _ exchange: Exchange, _ stored: StoredResponse, _ parts: [Range<UInt64>]
  ) {
    let fields = stored.head.fields.fields
    let multipart = MultipartByteRanges(boundary: UInt64.random(in: 0...UInt64.max))
    let length = UInt64(stored.body.count)
    var bytes: UInt64 = 0
    var type: [UInt8]?
    fields.withFirst(.contentType) { value in
      type = []
      type?.append(value)
    }
    var pieces: [PartsReader.Part] = []
    for part in parts {
      var head: [UInt8] = []
      let range = ContentRange(range: part, length: length)
      if let type {
        multipart.appendPartHead(range, contentType: type.span, to: &head)
      } else {
        multipart.appendPartHead(range, contentType: nil, to: &head)
      }
      pieces.append(.bytes(Bytes(head)))
      let body = body(of: stored, exchange, Int(part.lowerBound)..<Int(part.upperBound))
      bytes += UInt64(head.count + part.count)
      pieces += body.parts
    }
    var end: [UInt8] = []
    multipart.appendEnd(to: &end)
    pieces.append(.bytes(Bytes(end)))
    exchange.response.status = 206
    exchange.response.stored = nil
    exchange.response.body = ResponseBody(pieces)
    exchange.response.contentLength = bytes + UInt64(end.count)
    for (index, entry) in fields.entries.enumerated()
    where entry.name != .contentType && !fields.isContentDigest(entry) {
      exchange.response.fields.append(index, of: fields)
    }
    exchange.response.fields.append(.contentType) { multipart.appendContentType(to: &$0) }
  }
}
