// How one request's response is cached.

/// The cache settings that hold for a request: the zone's, as its rules change them.
package struct CacheSettings: Equatable, Sendable {
  /// Requests are passed on, and nothing is stored of them or answered from the store.
  package var isBypassed = false

  /// Larger responses are passed through and not stored, in bytes.
  package var maximumObjectBytes = 16 << 30

  /// How long a response without any word on freshness stays fresh; zero stores none of those
  /// (RFC 9111 section 4.2.2 would allow a guess).
  package var defaultFreshnessSeconds = 0

  /// How long responses stay fresh here, whatever they say; nil leaves it to them.
  package var edgeSeconds: Int?

  /// How long browsers and other caches behind us keep responses; nil leaves it to them.
  package var browserSeconds: Int?

  /// Lifetimes by status, which go before the two above; the first that fits counts.
  package var statusLifetimes: [StatusLifetime] = []

  /// Responses are stored for their lifetime here even if they forbid it (no-store, private,
  /// no-cache, Set-Cookie). Those to requests with Authorization are not.
  package var ignoresProhibitions = false

  package var setCookie = SetCookiePolicy.keep

  /// Requests with a cookie of such a name are passed on; a star at the end stands for any rest.
  package var bypassCookies: [String] = []

  /// What is named like a style sheet, script, image or the like is stored only with a content type
  /// of that kind (web cache deception).
  package var checksContentType = true

  /// How long stale responses may be used, and when.
  package var stale = StaleConfiguration()

  package var key = CacheKeySettings()

  /// What of the responses is kept in the reserve, if the edge has one.
  package var reserve = ReserveSettings()

  /// Responses say how long the edge, the cache and the origin took (`Server-Timing`).
  package var tellsTimes = false

  package init() {}
}
