// A response's head.

import Primitives

/// Status and fields of a response. `reason` is not kept: HTTP/2 has none and clients ignore it.
package struct ResponseHead: Sendable {
  package var status: UInt16
  package var fields = FieldBlock()

  package init(status: UInt16) { self.status = status }

  /// 1xx: interim (RFC 9110 section 15.2).
  package var isInterim: Bool { status < 200 }

  /// Whether a response of this status to `method` has no content at all (RFC 9112 section 6.3).
  package func hasNoContent(for method: HTTPMethod) -> Bool {
    Self.hasNoContent(status, for: method)
  }

  /// The same without a head. Not `==`: that compares any two methods.
  package static func hasNoContent(_ status: UInt16, for method: HTTPMethod) -> Bool {
    if case .head = method { return true }
    return status < 200 || status == 204 || status == 304
  }
}
