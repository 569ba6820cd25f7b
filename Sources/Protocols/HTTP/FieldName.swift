// table: field names that the pipeline looks at, so that finding one is a byte comparison.

import Primitives

/// A field name that Skerry knows. `other` stands for every name that is not in the table; its
/// bytes are in the block. HTTP/2's pseudo-header fields are not fields and have no place here.
@usableFromInline package enum FieldName: UInt8, Sendable, CaseIterable {
  case other
  case accept, acceptEncoding, acceptLanguage, acceptRanges, age, allow, altSvc, authorization
  case cacheControl, cacheStatus, cacheTag, cdnCacheControl, cdnLoop, connection
  case contentDisposition, contentEncoding, contentLanguage, contentLength, contentLocation
  case contentRange, contentType, cookie, date, dnt, earlyData, etag, expect, expires, forwarded
  case from, host, http2Settings, ifMatch, ifModifiedSince, ifNoneMatch, ifRange
  case ifUnmodifiedSince, keepAlive, lastModified, link, location, maxForwards, origin, pragma
  case priority, proxyAuthenticate, proxyAuthenticationInfo, proxyAuthorization, proxyConnection
  case proxyStatus, range, referer, retryAfter, secCHUA, secCHUAMobile, secCHUAPlatform
  case secFetchDest, secFetchMode, secFetchSite, secFetchUser, secWebSocketAccept
  case secWebSocketKey, secWebSocketProtocol, secWebSocketVersion, server, serverTiming
  case setCookie, strictTransportSecurity, surrogateControl, surrogateKey, te, trailer
  case transferEncoding, upgrade, upgradeInsecureRequests, userAgent, vary, via, warning
  case wwwAuthenticate, xForwardedFor, xForwardedHost, xForwardedProto, xRequestID
  /// What servers of a fleet tell each other.
  case skerryPeer

  /// The name in lower case, as HTTP/2 sends it.
  package var lowercase: StaticString { Self.lowercaseNames[Int(rawValue)] }

  /// The name in the usual capitals, as HTTP/1.1 sends it.
  package var canonical: StaticString { Self.canonicalNames[Int(rawValue)] }

  private static let canonicalNames: [StaticString] = [
    "", "Accept", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Age", "Allow",
    "Alt-Svc", "Authorization", "Cache-Control", "Cache-Status", "Cache-Tag",
    "CDN-Cache-Control", "CDN-Loop", "Connection", "Content-Disposition", "Content-Encoding",
    "Content-Language", "Content-Length", "Content-Location", "Content-Range", "Content-Type",
    "Cookie", "Date", "DNT", "Early-Data", "ETag", "Expect", "Expires", "Forwarded", "From",
    "Host", "HTTP2-Settings", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
    "If-Unmodified-Since", "Keep-Alive", "Last-Modified", "Link", "Location", "Max-Forwards",
    "Origin", "Pragma", "Priority", "Proxy-Authenticate", "Proxy-Authentication-Info",
    "Proxy-Authorization", "Proxy-Connection", "Proxy-Status", "Range", "Referer", "Retry-After",
    "Sec-CH-UA", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode",
    "Sec-Fetch-Site", "Sec-Fetch-User", "Sec-WebSocket-Accept", "Sec-WebSocket-Key",
    "Sec-WebSocket-Protocol", "Sec-WebSocket-Version", "Server", "Server-Timing", "Set-Cookie",
    "Strict-Transport-Security", "Surrogate-Control", "Surrogate-Key", "TE", "Trailer",
    "Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests", "User-Agent", "Vary", "Via",
    "Warning", "WWW-Authenticate", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
    "X-Request-ID", "Skerry-Peer",
  ]

  private static let lowercaseNames: [StaticString] = [
    "", "accept", "accept-encoding", "accept-language", "accept-ranges", "age", "allow",
    "alt-svc", "authorization", "cache-control", "cache-status", "cache-tag",
    "cdn-cache-control", "cdn-loop", "connection", "content-disposition", "content-encoding",
    "content-language", "content-length", "content-location", "content-range", "content-type",
    "cookie", "date", "dnt", "early-data", "etag", "expect", "expires", "forwarded", "from",
    "host", "http2-settings", "if-match", "if-modified-since", "if-none-match", "if-range",
    "if-unmodified-since", "keep-alive", "last-modified", "link", "location", "max-forwards",
    "origin", "pragma", "priority", "proxy-authenticate", "proxy-authentication-info",
    "proxy-authorization", "proxy-connection", "proxy-status", "range", "referer", "retry-after",
    "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode",
    "sec-fetch-site", "sec-fetch-user", "sec-websocket-accept", "sec-websocket-key",
    "sec-websocket-protocol", "sec-websocket-version", "server", "server-timing", "set-cookie",
    "strict-transport-security", "surrogate-control", "surrogate-key", "te", "trailer",
    "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent", "vary", "via",
    "warning", "www-authenticate", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
    "x-request-id", "skerry-peer",
  ]

  /// The known name that `bytes` spells in any ASCII case, else `other`.
  package static func find(_ bytes: Span<UInt8>) -> FieldName {
    let found = FieldNameIndex.shared.find(
      in: bytes, at: 0, length: bytes.count)
    // The index trusts that there are no control characters; here they may be.
    return found == .other || bytes.equalsIgnoringCase(found.lowercase) ? found : .other
  }
}
