// Why a request went to the layer below.

/// The `fwd` parameter of Cache-Status (RFC 9211 section 2.2).
enum Forwarding: Sendable {
  case bypass, method, uriMiss, varyMiss, miss, request, stale, partial

  var token: StaticString {
    switch self {
    case .bypass: "bypass"
    case .method: "method"
    case .uriMiss: "uri-miss"
    case .varyMiss: "vary-miss"
    case .miss: "miss"
    case .request: "request"
    case .stale: "stale"
    case .partial: "partial"
    }
  }
}
