// From a response's head to what is stored of it.

import Exchange
import HTTP
import Primitives

extension StoredHead {
  /// Whether a response may be stored, and as what.
  enum Assessment: Sendable {
    case storable(StoredHead)
    case refused(StorageRules.Refusal)
  }

  /// Applies the rules of RFC 9111 section 3 to the response to `request`.
  static func assess(
    _ response: ResponseHead, to request: RequestHead, directives: RequestDirectives?,
    times: ExchangeTimes, policy: CachePolicy
  ) -> Assessment {
    if policy.settings.checksContentType, !ContentTypeAgreement.holds(request, response) {
      return .refused(.contentType)
    }
    let fields = response.fields
    guard let tags = PurgeHash.tags(of: fields) else { return .refused(.tags) }
    let responseDirectives = ResponseDirectives(fields)
    let selection = VarySelection(vary: fields, request: request.fields)
    let date = fields.date(.date, now: times.receivedWall)
    var rules = StorageRules()
    rules.requestHasAuthorization = request.fields.contains(.authorization)
    rules.requestForbidsStore = directives?.noStore ?? false
    rules.apply(policy, status: response.status)
    rules.status = response.status
    rules.directives = responseDirectives
    rules.date = date ?? times.receivedWall
    rules.expires = fields.expires(now: times.receivedWall)
    rules.lastModified = fields.date(.lastModified, now: times.receivedWall)
    rules.hasEntityTag = fields.contains(.etag)
    rules.hasSetCookie =
      fields.contains(.setCookie) && policy.settings.setCookie != .strip
    rules.variesOnEverything = selection == nil
    let lifetime: UInt64
    switch rules.decide() {
    case .refuse(let refusal): return .refused(refusal)
    case .store(let seconds): lifetime = seconds
    }
    let age = Freshness.initialAge(
      ageValue: fields.age, date: date, receivedWall: times.receivedWall,
      delayNanoseconds: times.receivedAt.nanoseconds(since: times.requestedAt))
    let browserSeconds = policy.browserSeconds(response.status)
    var kept = storable(fields, responseDirectives, times)
    let replaced = kept.takeReplaced(hasTags: fields.hasTags, hasLifetime: browserSeconds != nil)
    if policy.settings.setCookie == .strip { kept.remove(.setCookie) }
    return .storable(
      StoredHead(
        status: response.status, fields: StoredFields(kept),
        freshness: Freshness(
          receivedAt: times.receivedAt, initialAgeSeconds: age, lifetimeSeconds: lifetime),
        noCache: responseDirectives.contains(.noCache) && !rules.isFree,
        forbidsStale: responseDirectives.forbidsStale && !rules.isFree,
        isSharedLifetime: responseDirectives.control.sharedMaxAge != nil,
        isImmutable: isImmutable(responseDirectives, request, rules),
        staleWhileRevalidate: responseDirectives.control.staleWhileRevalidate.map(UInt64.init),
        staleIfError: responseDirectives.control.staleIfError.map(UInt64.init),
        lastModified: rules.lastModified,
        selection: selection ?? VarySelection(), browserSeconds: browserSeconds,
        replaced: replaced, stripsSetCookie: policy.settings.setCookie == .strip, tags: tags,
        reserve: ReserveRule(
          policy.settings.reserve,
          freshSeconds: Int64(clamping: lifetime) - Int64(clamping: age))))
  }

  /// RFC 8246: for the lifetime that the origin gives, and not where what comes may be forged on its
  /// way (section 3), which would stay.
  private static func isImmutable(
    _ directives: ResponseDirectives, _ request: RequestHead, _ rules: StorageRules
  ) -> Bool {
    directives.contains(.immutable) && request.scheme == .https
      && rules.edgeLifetimeSeconds == nil
  }

  /// The head of a stored response updated by a 304 (RFC 9111 section 3.2), as a response again.
  func updated(by notModified: ResponseHead) -> ResponseHead {
    var head = ResponseHead(status: status)
    let new = notModified.fields
    for index in 0..<fields.fields.count where !Self.replaces(index, of: fields.fields, new) {
      head.fields.append(index, of: fields.fields)
    }
    if let replaced {
      for index in 0..<replaced.count where !Self.replaces(index, of: replaced, new) {
        head.fields.append(index, of: replaced)
      }
    }
    for index in 0..<new.count where Self.isUpdatable(new.entries[index].name) {
      head.fields.append(index, of: new)
    }
    return head
  }

  /// The fields of the response as they go to the client that it was fetched for.
  func leaderFields(_ fields: FieldBlock) -> FieldBlock {
    guard browserSeconds != nil || stripsSetCookie || fields.hasTags else { return fields }
    var fields = fields
    fields.removeTags()
    if stripsSetCookie { fields.remove(.setCookie) }
    if let browserSeconds {
      _ = fields.takeLifetime()
      fields.appendMaxAge(browserSeconds &+ freshness.initialAgeSeconds)
    }
    return fields
  }

  /// Whether a field of a 304 takes the place of the stored fields of its name.
  private static func replaces(
    _ index: Int, of stored: FieldBlock, _ new: FieldBlock
  ) -> Bool {
    let known = stored.entries[index].name
    // Without a Date the 304 is as old as its arrival (RFC 9110 section 6.6.1).
    if known == .date { return true }
    guard isUpdatable(known) else { return false }
    if known != .other { return new.contains(known) }
    return stored.withName(at: index) { name in
      for other in 0..<new.count where new.entries[other].name == .other {
        if new.withName(at: other, { $0.equalsIgnoringCase(name) }) { return true }
      }
      return false
    }
  }

  /// RFC 9111 section 3.2: not what the stored body depends on.
  private static func isUpdatable(_ name: FieldName) -> Bool {
    switch name {
    case .contentLength, .contentEncoding, .contentRange, .transferEncoding: false
    default: true
    }
  }

  /// The fields that are stored: RFC 9111 section 3.1, and Date (RFC 9110 section 6.6.1).
  private static func storable(
    _ fields: FieldBlock, _ directives: ResponseDirectives, _ times: ExchangeTimes
  ) -> FieldBlock {
    var stored = FieldBlock()
    for index in 0..<fields.count where isStorable(fields.entries[index].name) {
      if fields.withName(at: index, directives.withholds) { continue }
      stored.append(index, of: fields)
    }
    if !stored.contains(.date) {
      stored.append(.date) { HTTPDate.append(times.receivedWall, to: &$0) }
    }
    return stored
  }

  private static func isStorable(_ name: FieldName) -> Bool {
    switch name {
    // Made anew for each response.
    case .age, .contentLength: false
    // RFC 9110 section 7.6.1 and RFC 9111 section 3.1.
    case .connection, .keepAlive, .te, .transferEncoding, .upgrade, .trailer, .proxyConnection,
      .proxyAuthenticate, .proxyAuthenticationInfo, .proxyAuthorization:
      false
    default: true
    }
  }
}

extension FieldBlock {
  private static let lifetimeNames = [FieldName.cacheControl, .expires, .pragma]

  /// Takes out what clients do not get: its tags, and what says how long it lives; nil if it is to keep
  /// both.
  mutating func takeReplaced(hasTags: Bool, hasLifetime: Bool) -> FieldBlock? {
    guard hasTags || hasLifetime else { return nil }
    let names =
      (hasTags ? [FieldName.cacheTag, .surrogateKey] : []) + (hasLifetime ? Self.lifetimeNames : [])
    return take(names)
  }

  /// Takes out what says how long the response lives.
  mutating func takeLifetime() -> FieldBlock { take(Self.lifetimeNames) }

  private mutating func take(_ names: [FieldName]) -> FieldBlock {
    var taken = FieldBlock()
    for name in names where contains(name) {
      for index in 0..<count where entries[index].name == name { taken.append(index, of: self) }
      remove(name)
    }
    return taken
  }
}

extension StorageRules {
  /// What the zone says of responses of that status.
  mutating func apply(_ policy: CachePolicy, status: UInt16) {
    defaultLifetimeSeconds = UInt64(max(0, policy.settings.defaultFreshnessSeconds))
    edgeLifetimeSeconds = policy.edgeSeconds(status)
    ignoresProhibitions = policy.settings.ignoresProhibitions
    refusesSetCookie = policy.settings.setCookie == .refuse
  }
}
