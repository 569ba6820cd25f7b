// Cache settings as they are applied.

import HTTP
import Primitives

/// The settings that hold for some of a zone's requests, compiled with the zone's snapshot.
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
    mayBypass = settings.isBypassed || !settings.bypassCookies.isEmpty
    overrules =
      settings.ignoresProhibitions || settings.edgeSeconds != nil
      || settings.statusLifetimes.contains { $0.edgeSeconds != nil }
  }

  var stale: StaleConfiguration { settings.stale }
  var maximumObjectBytes: Int { settings.maximumObjectBytes }

  /// Whether the request is passed on and nothing of it stored.
  func bypasses(_ request: RequestHead) -> Bool {
    if settings.isBypassed { return true }
    guard !bypassCookies.isEmpty else { return false }
    return Cookies.contains(request.fields) { name in
      for pattern in bypassCookies where pattern.matches(name) { return true }
      return false
    }
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
