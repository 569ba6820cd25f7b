// Which fields may stand in a trailer section.

extension FieldName {
  /// What to do with a field of this name in a trailer section.
  package enum TrailerRule: Sendable { case allowed, dropped, refused }

  /// RFC 9110 section 6.5.1: no framing, routing, authentication, request modifiers, response
  /// control or content format in trailers.
  package var trailerRule: TrailerRule {
    switch self {
    case .contentLength, .transferEncoding, .host, .connection: .refused
    case .te, .trailer, .upgrade, .keepAlive, .proxyConnection, .http2Settings,
      .maxForwards, .expect, .range, .ifMatch, .ifNoneMatch, .ifModifiedSince,
      .ifUnmodifiedSince, .ifRange, .cacheControl, .cdnCacheControl, .surrogateControl, .pragma,
      .authorization, .proxyAuthorization, .proxyAuthenticate, .wwwAuthenticate,
      .proxyAuthenticationInfo, .cookie, .setCookie, .age, .date, .expires, .location,
      .retryAfter, .vary, .warning, .contentEncoding, .contentType, .contentRange,
      .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedProto, .cdnLoop, .via, .earlyData:
      .dropped
    default: .allowed
    }
  }
}
