// A part of a body that comes whole.

import Exchange
import HTTP
import Primitives
import Runtime

/// The bytes of `range` of a body on its way. Confined to the loop of that.
final class TrimmedBody: BodySource, @unchecked Sendable {
  // Confined to the loop of `body`.
  private let body: any BodySource
  private let range: Range<Int>
  private var offset = 0

  init(_ body: any BodySource, _ range: Range<Int>) {
    self.body = body
    self.range = range
  }

  var isReady: Bool { offset >= range.upperBound }
  var trailers: FieldBlock? { nil }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while offset < range.upperBound, let piece = try await body.next(parker) {
      let start = offset
      offset += piece.count
      if offset >= range.upperBound { body.abandon() }
      let wanted = (start..<offset).clamped(to: range)
      if !wanted.isEmpty {
        return piece.slice(wanted.lowerBound - start..<wanted.upperBound - start)
      }
    }
    return nil
  }

  func abandon() { body.abandon() }
}
