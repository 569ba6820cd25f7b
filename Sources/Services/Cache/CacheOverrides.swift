// Some cache settings, the others left as they are.

/// What a zone or a rule says about caching; what is nil it leaves alone.
package struct CacheOverrides: Equatable, Sendable {
  package var isBypassed: Bool?
  package var maximumObjectBytes: Int?
  package var defaultFreshnessSeconds: Int?
  package var edgeSeconds: Int?
  package var browserSeconds: Int?
  package var statusLifetimes: [StatusLifetime]?
  package var ignoresProhibitions: Bool?
  package var setCookie: SetCookiePolicy?
  package var bypassCookies: [String]?
  package var checksContentType: Bool?
  package var whileRevalidateSeconds: Int?
  package var ifErrorSeconds: Int?
  package var ifUnreachableSeconds: Int?
  package var query: CacheKeySettings.Query?
  package var queryNames: [String]?
  package var sortsQuery: Bool?
  package var keyFields: [String]?
  package var keyCookies: [String]?
  package var keyDeviceType: Bool?
  package var keyLanguages: [String]?
  package var keyCountry: Bool?
  package var tellsTimes: Bool?
  package var usesReserve: Bool?
  package var reserveSeconds: Int?
  package var reserveBytes: Int?
  package var reserveOccasion: ReserveSettings.Occasion?

  package init() {}

  /// All that `settings` say.
  package init(_ settings: CacheSettings) {
    isBypassed = settings.isBypassed
    maximumObjectBytes = settings.maximumObjectBytes
    defaultFreshnessSeconds = settings.defaultFreshnessSeconds
    edgeSeconds = settings.edgeSeconds
    browserSeconds = settings.browserSeconds
    statusLifetimes = settings.statusLifetimes
    ignoresProhibitions = settings.ignoresProhibitions
    setCookie = settings.setCookie
    bypassCookies = settings.bypassCookies
    checksContentType = settings.checksContentType
    whileRevalidateSeconds = settings.stale.whileRevalidateSeconds
    ifErrorSeconds = settings.stale.ifErrorSeconds
    ifUnreachableSeconds = settings.stale.ifUnreachableSeconds
    query = settings.key.query
    queryNames = settings.key.queryNames
    sortsQuery = settings.key.sortsQuery
    keyFields = settings.key.fields
    keyCookies = settings.key.cookies
    keyDeviceType = settings.key.tellsDeviceTypes
    keyLanguages = settings.key.languages
    keyCountry = settings.key.tellsCountries
    tellsTimes = settings.tellsTimes
    usesReserve = settings.reserve.isEnabled
    reserveSeconds = settings.reserve.minimumSeconds
    reserveBytes = settings.reserve.minimumBytes
    reserveOccasion = settings.reserve.occasion
  }

  /// `settings` with what these say.
  package func applied(to settings: CacheSettings) -> CacheSettings {
    var result = settings
    Self.set(&result.isBypassed, isBypassed)
    Self.set(&result.maximumObjectBytes, maximumObjectBytes)
    Self.set(&result.defaultFreshnessSeconds, defaultFreshnessSeconds)
    Self.set(&result.edgeSeconds, edgeSeconds.map { $0 })
    Self.set(&result.browserSeconds, browserSeconds.map { $0 })
    Self.set(&result.statusLifetimes, statusLifetimes)
    Self.set(&result.ignoresProhibitions, ignoresProhibitions)
    Self.set(&result.setCookie, setCookie)
    Self.set(&result.bypassCookies, bypassCookies)
    Self.set(&result.checksContentType, checksContentType)
    Self.set(&result.stale.whileRevalidateSeconds, whileRevalidateSeconds)
    Self.set(&result.stale.ifErrorSeconds, ifErrorSeconds)
    Self.set(&result.stale.ifUnreachableSeconds, ifUnreachableSeconds)
    Self.set(&result.key.query, query)
    Self.set(&result.key.queryNames, queryNames)
    Self.set(&result.key.sortsQuery, sortsQuery)
    Self.set(&result.key.fields, keyFields)
    Self.set(&result.key.cookies, keyCookies)
    Self.set(&result.key.tellsDeviceTypes, keyDeviceType)
    Self.set(&result.key.languages, keyLanguages)
    Self.set(&result.key.tellsCountries, keyCountry)
    Self.set(&result.tellsTimes, tellsTimes)
    Self.set(&result.reserve.isEnabled, usesReserve)
    Self.set(&result.reserve.minimumSeconds, reserveSeconds)
    Self.set(&result.reserve.minimumBytes, reserveBytes)
    Self.set(&result.reserve.occasion, reserveOccasion)
    return result
  }

  /// Leaves alone what is the same in `other`.
  package mutating func forget(_ other: CacheOverrides) {
    Self.forget(&isBypassed, other.isBypassed)
    Self.forget(&maximumObjectBytes, other.maximumObjectBytes)
    Self.forget(&defaultFreshnessSeconds, other.defaultFreshnessSeconds)
    Self.forget(&edgeSeconds, other.edgeSeconds)
    Self.forget(&browserSeconds, other.browserSeconds)
    Self.forget(&statusLifetimes, other.statusLifetimes)
    Self.forget(&ignoresProhibitions, other.ignoresProhibitions)
    Self.forget(&setCookie, other.setCookie)
    Self.forget(&bypassCookies, other.bypassCookies)
    Self.forget(&checksContentType, other.checksContentType)
    Self.forget(&whileRevalidateSeconds, other.whileRevalidateSeconds)
    Self.forget(&ifErrorSeconds, other.ifErrorSeconds)
    Self.forget(&ifUnreachableSeconds, other.ifUnreachableSeconds)
    Self.forget(&query, other.query)
    Self.forget(&queryNames, other.queryNames)
    Self.forget(&sortsQuery, other.sortsQuery)
    Self.forget(&keyFields, other.keyFields)
    Self.forget(&keyCookies, other.keyCookies)
    Self.forget(&keyDeviceType, other.keyDeviceType)
    Self.forget(&keyLanguages, other.keyLanguages)
    Self.forget(&keyCountry, other.keyCountry)
    Self.forget(&tellsTimes, other.tellsTimes)
    Self.forget(&usesReserve, other.usesReserve)
    Self.forget(&reserveSeconds, other.reserveSeconds)
    Self.forget(&reserveBytes, other.reserveBytes)
    Self.forget(&reserveOccasion, other.reserveOccasion)
  }

  private static func forget<Value: Equatable>(_ value: inout Value?, _ other: Value?) {
    if value == other { value = nil }
  }

  private static func set<Value>(_ value: inout Value, _ given: Value?) {
    if let given { value = given }
  }
}
