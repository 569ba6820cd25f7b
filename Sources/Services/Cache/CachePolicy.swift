// Cache settings as they are applied.

import HTTP
import Primitives

/// The settings that hold for some of a zone's requests, compiled once for all loops when the zone's
/// snapshot is made.
final class CachePolicy: Sendable {
  let settings: CacheSettings
  /// How keys are made; nil if they are the target as it is.
  let key: CacheKeyPlan?
  let bypassCookies: [NamePattern]
  /// Requests have to be looked at for a reason to pass them on.
  let mayBypass: Bool
  /// The origin's word on storing or lifetimes may be overruled.
  let overrules: Bool

  init(_ settings: CacheSettings) {
    self.settings = settings
    key = settings.key == CacheKeySettings() ? nil : CacheKeyPlan(settings.key)
    bypassCookies = settings.bypassCookies.map { NamePattern($0) }
    mayBypass = settings.isBypassed || !settings.bypassCookies.isEmpty || key?.isCostly ?? false
    overrules =
      settings.ignoresProhibitions || settings.edgeSeconds != nil
      || settings.statusLifetimes.contains { $0.edgeSeconds != nil }
  }

  var stale: StaleConfiguration { settings.stale }
  var maximumObjectBytes: Int { settings.maximumObjectBytes }

  /// Whether the request is passed on and nothing of it stored; so is one that takes too long to
  /// compare with what the zone says of cookies and keys.
  func bypasses(_ request: RequestHead, _ budget: inout StepBudget) -> Bool {
    if settings.isBypassed { return true }
    if let key, key.isCostly { budget.take(key.steps(for: request)) }
    if budget.isExhausted { return true }
    guard !bypassCookies.isEmpty else { return false }
    return Cookies.contains(request.fields) { name, _ in
      for pattern in bypassCookies where pattern.matches(name, &budget) { return true }
      return budget.isExhausted
    }
  }

  /// The first cookie of a request for which it is passed on.
  func bypassCookie(of request: RequestHead) -> [UInt8]? {
    var found: [UInt8]?
    _ = Cookies.contains(request.fields) { name, _ in
      guard bypassCookies.contains(where: { $0.matches(name) }) else { return false }
      found = VaryNormalisation.copy(name)
      return true
    }
    return found
  }

  /// The lifetime that the zone gives responses of that status in place of their own, in seconds.
  func edgeSeconds(_ status: UInt16) -> UInt64? {
    let byStatus = settings.statusLifetimes.first { lifetime in
      lifetime.edgeSeconds != nil && lifetime.statuses.contains(Int(status))
    }
    return (byStatus?.edgeSeconds ?? settings.edgeSeconds).map { UInt64(max(0, $0)) }
  }

  /// How long clients may keep responses of that status, in seconds, if the zone says it.
  func browserSeconds(_ status: UInt16) -> UInt64? {
    let byStatus = settings.statusLifetimes.first { lifetime in
      lifetime.browserSeconds != nil && lifetime.statuses.contains(Int(status))
    }
    return (byStatus?.browserSeconds ?? settings.browserSeconds).map { UInt64(max(0, $0)) }
  }
}
