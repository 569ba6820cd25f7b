// Conditional requests against a representation at hand.

package import Primitives

/// Evaluating the preconditions of a request (RFC 9110 section 13).
package struct Preconditions {
  /// What the selected representation says of itself.
  private let entityTag: [UInt8]?
  private let lastModified: WallTime?
  private let now: WallTime

  /// What is to be done.
  package enum Outcome: Equatable, Sendable {
    case proceed
    /// 304.
    case notModified
    /// 412.
    case failed
  }

  /// Who evaluates: If-Match and If-Unmodified-Since are for the origin alone (RFC 9111 section
  /// 4.3.2).
  package enum Evaluator: Sendable { case origin, cache }

  /// The validators of the response `fields`. A cache may stand in `date` for a missing
  /// Last-Modified in comparisons with If-Modified-Since (RFC 9111 section 4.3.2).
  package init(response fields: borrowing FieldBlock, date: WallTime? = nil, now: WallTime) {
    entityTag = fields.withFirst(.etag) { value in
      var tag: [UInt8] = []
      tag.append(value)
      return tag
    }
    lastModified =
      fields.withFirst(.lastModified) { HTTPDate.parse($0, now: now) }.flatMap { $0 } ?? date
    self.now = now
  }

  /// RFC 9110 section 13.2.2, in its order.
  package func evaluate(
    _ method: HTTPMethod, _ fields: borrowing FieldBlock, by evaluator: Evaluator
  ) -> Outcome {
    if evaluator == .origin {
      if fields.contains(.ifMatch) {
        if !anyList(fields, .ifMatch, .strong) { return .failed }
      } else if let limit = date(fields, .ifUnmodifiedSince), let lastModified,
        lastModified > limit
      {
        return .failed
      }
    }
    let retrieves = method == .get || method == .head
    if fields.contains(.ifNoneMatch) {
      guard anyList(fields, .ifNoneMatch, .weak) else { return .proceed }
      return retrieves ? .notModified : .failed
    }
    if retrieves, let limit = date(fields, .ifModifiedSince), let lastModified,
      lastModified <= limit
    {
      return .notModified
    }
    return .proceed
  }

  /// Whether a Range field counts (RFC 9110 section 13.1.5): there is no If-Range, or it names this
  /// very representation, by a strong tag or by its exact Last-Modified.
  package func rangeApplies(_ fields: borrowing FieldBlock) -> Bool {
    fields.withFirst(.ifRange) { value in
      if let time = HTTPDate.parse(value, now: now) { return time == lastModified }
      return entityTag.map { EntityTag.equal(value, $0.span, .strong) } ?? false
    } ?? true
  }

  private func anyList(
    _ fields: borrowing FieldBlock, _ name: FieldName, _ comparison: EntityTag.Comparison
  ) -> Bool {
    for index in fields.entries.indices where fields.entries[index].name == name {
      let holds = fields.withValue(at: index) { value in
        guard let entityTag else { return EntityTag.list(value, holds: nil, comparison) }
        return EntityTag.list(value, holds: entityTag.span, comparison)
      }
      if holds { return true }
    }
    return false
  }

  /// The date of a field; nil if there is none, more than one, or no date: then it is ignored.
  private func date(_ fields: borrowing FieldBlock, _ name: FieldName) -> WallTime? {
    guard fields.count(of: name) == 1 else { return nil }
    return fields.withFirst(name) { HTTPDate.parse($0, now: now) }.flatMap { $0 }
  }
}
