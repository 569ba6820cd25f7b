// The cache settings of a zone as bytes in the store.

import Cache
import Primitives

extension ZoneRecord {
  static func write(_ cache: CacheConfiguration, _ record: inout RecordWriter) {
    record.write(1, cache.isEnabled)
    // Settings that are as usual take no room, and follow when the defaults change.
    let usual = CacheOverrides(CacheSettings())
    var overrides = CacheOverrides(cache.settings)
    overrides.forget(usual)
    write(overrides, &record)
    for rule in cache.rules {
      record.write(32) { inner in
        for path in rule.paths { inner.write(33, path) }
        for host in rule.hosts { inner.write(34, host) }
        for name in rule.extensions { inner.write(35, name) }
        write(rule.overrides, &inner)
      }
    }
  }

  private static func write(_ overrides: CacheOverrides, _ record: inout RecordWriter) {
    record.write(2, overrides.maximumObjectBytes)
    record.write(3, overrides.defaultFreshnessSeconds)
    record.write(4, overrides.isBypassed)
    record.write(5, overrides.edgeSeconds)
    record.write(6, overrides.browserSeconds)
    writeLifetimes(overrides.statusLifetimes, &record)
    record.write(8, overrides.ignoresProhibitions)
    record.write(9, overrides.setCookie?.rawValue)
    write(10, overrides.bypassCookies, &record)
    record.write(11, overrides.checksContentType)
    record.write(12, overrides.whileRevalidateSeconds)
    record.write(13, overrides.ifErrorSeconds)
    record.write(14, overrides.ifUnreachableSeconds)
    record.write(15, overrides.query?.rawValue)
    write(16, overrides.queryNames, &record)
    record.write(17, overrides.sortsQuery)
    write(18, overrides.keyFields, &record)
    write(19, overrides.keyCookies, &record)
    record.write(20, overrides.keyDeviceType)
    write(21, overrides.keyLanguages, &record)
    record.write(22, overrides.tellsTimes)
    record.write(23, overrides.keyCountry)
    record.write(24, overrides.usesReserve)
    record.write(25, overrides.reserveSeconds)
    record.write(26, overrides.reserveBytes)
    record.write(27, overrides.reserveOccasion?.rawValue)
  }

  /// An empty text stands for an empty list, which is not the same as none.
  private static func write(_ tag: UInt64, _ texts: [String]?, _ record: inout RecordWriter) {
    guard let texts else { return }
    if texts.isEmpty { record.write(tag, "") }
    for text in texts { record.write(tag, text) }
  }

  private static func writeLifetimes(
    _ lifetimes: [StatusLifetime]?, _ record: inout RecordWriter
  ) {
    guard let lifetimes else { return }
    if lifetimes.isEmpty { record.write(7) { _ in } }
    for lifetime in lifetimes {
      record.write(7) { inner in
        inner.write(1, lifetime.statuses.lowerBound)
        inner.write(2, lifetime.statuses.upperBound)
        inner.write(3, lifetime.edgeSeconds)
        inner.write(4, lifetime.browserSeconds)
      }
    }
  }

  static func readCache(_ bytes: Span<UInt8>) -> CacheConfiguration {
    var record = RecordReader(fields: bytes)
    var cache = CacheConfiguration()
    var overrides = CacheOverrides()
    while let tag = record.nextTag() {
      switch tag {
      case 1: cache.isEnabled = record.flag
      case 32: cache.rules.append(readRule(record.content))
      default: read(tag, record, &overrides)
      }
    }
    cache.settings = overrides.applied(to: cache.settings)
    return cache
  }

  private static func readRule(_ bytes: Span<UInt8>) -> CacheRule {
    var record = RecordReader(fields: bytes)
    var rule = CacheRule()
    while let tag = record.nextTag() {
      switch tag {
      case 33: rule.paths.append(record.text)
      case 34: rule.hosts.append(record.text)
      case 35: rule.extensions.append(record.text)
      default: read(tag, record, &rule.overrides)
      }
    }
    return rule
  }

  private static func read(
    _ tag: UInt64, _ record: borrowing RecordReader, _ overrides: inout CacheOverrides
  ) {
    switch tag {
    case 2: overrides.maximumObjectBytes = record.number
    case 3: overrides.defaultFreshnessSeconds = record.number
    case 4: overrides.isBypassed = record.flag
    case 5: overrides.edgeSeconds = record.number
    case 6: overrides.browserSeconds = record.number
    case 7: readLifetime(record.content, &overrides)
    case 8: overrides.ignoresProhibitions = record.flag
    // What a later program calls otherwise: the strictest is nearest.
    case 9: overrides.setCookie = SetCookiePolicy(rawValue: record.text) ?? .refuse
    case 10: append(record.text, to: &overrides.bypassCookies)
    case 11: overrides.checksContentType = record.flag
    case 12: overrides.whileRevalidateSeconds = record.number
    case 13: overrides.ifErrorSeconds = record.number
    case 14: overrides.ifUnreachableSeconds = record.number
    case 15: overrides.query = CacheKeySettings.Query(rawValue: record.text) ?? .all
    case 16: append(record.text, to: &overrides.queryNames)
    case 17: overrides.sortsQuery = record.flag
    case 18: append(record.text, to: &overrides.keyFields)
    case 19: append(record.text, to: &overrides.keyCookies)
    case 20: overrides.keyDeviceType = record.flag
    case 21: append(record.text, to: &overrides.keyLanguages)
    case 22: overrides.tellsTimes = record.flag
    case 23: overrides.keyCountry = record.flag
    case 24: overrides.usesReserve = record.flag
    case 25: overrides.reserveSeconds = record.number
    case 26: overrides.reserveBytes = record.number
    case 27:
      overrides.reserveOccasion = ReserveSettings.Occasion(rawValue: record.text) ?? .evicted
    default: return
    }
  }

  private static func append(_ text: String, to texts: inout [String]?) {
    if texts == nil { texts = [] }
    if !text.isEmpty { texts?.append(text) }
  }

  private static func readLifetime(_ bytes: Span<UInt8>, _ overrides: inout CacheOverrides) {
    if overrides.statusLifetimes == nil { overrides.statusLifetimes = [] }
    var record = RecordReader(fields: bytes)
    var (first, last): (Int, Int) = (0, 0)
    var (edge, browser): (Int?, Int?) = (nil, nil)
    while let tag = record.nextTag() {
      switch tag {
      case 1: first = record.number
      case 2: last = record.number
      case 3: edge = record.number
      case 4: browser = record.number
      default: continue
      }
    }
    guard first > 0, first <= last else { return }
    overrides.statusLifetimes?.append(
      StatusLifetime(statuses: first...last, edgeSeconds: edge, browserSeconds: browser))
  }
}

extension RecordWriter {
  fileprivate mutating func write(_ tag: UInt64, _ number: Int?) {
    if let number { write(tag, number) }
  }

  fileprivate mutating func write(_ tag: UInt64, _ flag: Bool?) {
    if let flag { write(tag, flag) }
  }
}
