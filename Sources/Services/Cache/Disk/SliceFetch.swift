// Asking the origin for one slice of a response.

import Exchange
import HTTP
import Primitives

/// A slice that is to be fetched with a range request (RFC 9110 section 14).
struct SliceFetch: Sendable {
  /// Where the slice lies in the whole: `lowerBound` is a multiple of the slices' size.
  let range: Range<Int>
  /// What it is a slice of; nil if that is not known yet, and the answer tells it.
  let whole: StoredResponse?

  /// Makes a request one for the slice.
  func apply(to request: inout RequestHead) {
    request.fields.append(.range) { output in
      output.append("bytes=")
      output.appendDecimal(UInt64(range.lowerBound))
      output.append("-")
      output.appendDecimal(UInt64(range.upperBound - 1))
    }
  }

  /// Whether a response that is no slice of a known whole refuses the range that was asked for.
  func isUnsatisfied(_ response: ResponseHead) -> Bool { whole == nil && response.status == 416 }

  /// The length of the whole that `response` has this very slice of; nil if it is something else. It
  /// may be shorter than asked for only at the end of the whole.
  func length(_ response: ResponseHead) -> Int? {
    guard response.status == 206,
      let part = response.fields.withFirst(.contentRange, { ContentRange($0) }) ?? nil,
      let range = part.range, let length = part.length.flatMap({ Int(exactly: $0) }),
      range.lowerBound == UInt64(self.range.lowerBound),
      range.upperBound == UInt64(min(self.range.upperBound, length))
    else { return nil }
    return length
  }

  /// What is stored of the slice if `response` is a part of the known whole as it was.
  func assess(_ response: ResponseHead, _ times: ExchangeTimes) -> StoredHead.Assessment {
    guard let whole, let length = length(response), length == whole.body.count,
      response.fields.isSameRepresentation(as: whole.head.fields.fields)
    else { return .refused(.range) }
    return .storable(.slice(receivedAt: times.receivedAt, of: whole.head))
  }
}

extension StoredHead {
  /// Whether what is missing of the body later can be asked for.
  func isSliceable(_ received: WallTime) -> Bool {
    status == 200 && fields.fields.hasStrongValidator(received)
      && fields.fields.withFirst(.acceptRanges) { $0.equalsIgnoringCase("bytes") } ?? false
  }

  /// The head of a slice: it is found by those who have the whole's head only, and is as fresh as that.
  static func slice(receivedAt: Instant, of whole: StoredHead) -> StoredHead {
    StoredHead(
      status: 206, fields: StoredFields(FieldBlock()),
      freshness: Freshness(
        receivedAt: receivedAt, initialAgeSeconds: 0, lifetimeSeconds: CacheLimits.deltaSeconds),
      noCache: false, forbidsStale: false, isSharedLifetime: false, isImmutable: false,
      staleWhileRevalidate: nil,
      staleIfError: nil, lastModified: nil, selection: VarySelection(), browserSeconds: nil,
      replaced: nil, stripsSetCookie: false,
      // Its whole decided by all bytes, of which these are a part.
      reserve: whole.reserve.map { _ in ReserveRule() })
  }
}

extension ResponseHead {
  /// The whole's head, as the head of one of its parts tells it (RFC 9110 section 15.3.7).
  var ofWhole: ResponseHead {
    var head = self
    head.status = 200
    head.fields.remove(.contentRange)
    head.fields.removeContentDigest()
    return head
  }
}

extension FieldBlock {
  /// Whether parts of the response may be put together with parts fetched later: by a strong tag, or
  /// by a Last-Modified that was old enough to be one (RFC 9110 section 8.8.2.2).
  func hasStrongValidator(_ received: WallTime) -> Bool {
    if let isStrong = withFirst(.etag, { EntityTag.equal($0, $0, .strong) }) { return isStrong }
    guard let modified = date(.lastModified, now: received) else { return false }
    return (date(.date, now: received) ?? received).seconds - modified.seconds >= 60
  }

  /// Whether a part with these fields is of the very representation that has `whole`
  /// (RFC 9110 section 15.3.7.3). A validator must be there.
  func isSameRepresentation(as whole: FieldBlock) -> Bool {
    for name in [FieldName.etag, .lastModified] where whole.contains(name) {
      return withFirst(name) { new in whole.withFirst(name) { $0.equals(new) } ?? false } ?? false
    }
    return false
  }
}
