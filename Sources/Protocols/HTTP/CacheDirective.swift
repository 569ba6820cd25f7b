// The names of cache directives.

import Primitives

/// A directive that Skerry knows; others are ignored (RFC 9111 section 5.2.3).
enum CacheDirective {
  case flag(CacheControl.Flags)
  case noCache, isPrivate
  case maxAge, sharedMaxAge, staleWhileRevalidate, staleIfError, maxStale, minFresh

  init?(_ name: Span<UInt8>) {
    guard let found = Self.argumentName(name) ?? Self.flagName(name) else { return nil }
    self = found
  }

  private static func argumentName(_ name: Span<UInt8>) -> CacheDirective? {
    switch name.count {
    case 7 where name.equalsIgnoringCase("max-age"): .maxAge
    case 7 where name.equalsIgnoringCase("private"): .isPrivate
    case 8 where name.equalsIgnoringCase("no-cache"): .noCache
    case 8 where name.equalsIgnoringCase("s-maxage"): .sharedMaxAge
    case 9 where name.equalsIgnoringCase("max-stale"): .maxStale
    case 9 where name.equalsIgnoringCase("min-fresh"): .minFresh
    case 14 where name.equalsIgnoringCase("stale-if-error"): .staleIfError
    case 22 where name.equalsIgnoringCase("stale-while-revalidate"): .staleWhileRevalidate
    default: nil
    }
  }

  private static func flagName(_ name: Span<UInt8>) -> CacheDirective? {
    switch name.count {
    case 6 where name.equalsIgnoringCase("public"): .flag(.isPublic)
    case 8 where name.equalsIgnoringCase("no-store"): .flag(.noStore)
    case 9 where name.equalsIgnoringCase("immutable"): .flag(.immutable)
    case 12 where name.equalsIgnoringCase("no-transform"): .flag(.noTransform)
    case 14 where name.equalsIgnoringCase("only-if-cached"): .flag(.onlyIfCached)
    case 15 where name.equalsIgnoringCase("must-revalidate"): .flag(.mustRevalidate)
    case 15 where name.equalsIgnoringCase("must-understand"): .flag(.mustUnderstand)
    case 16 where name.equalsIgnoringCase("proxy-revalidate"): .flag(.proxyRevalidate)
    default: nil
    }
  }
}
