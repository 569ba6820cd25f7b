// Every bound of the way to a zone's origins, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds that no zone can change; those of one zone are in `OriginPolicy`.
package enum OriginLimits {
  /// Request bodies up to this size are gathered before they are sent: they leave with their head,
  /// and can be sent again to another origin.
  static let gatheredBodyBytes: UInt64 = 16 << 10

  /// How long the shortest way to a zone's origins counts that was measured, at least; longer as long as there is
  /// no other.
  static let measuringWindow = Duration.seconds(600)

  /// Names that one loop remembers addresses of; beyond it the one that is used least recently is
  /// forgotten.
  static let cachedNames = 4096

  /// Threads that look names up, for all loops: so many look-ups may wait for name servers at once,
  /// one of each zone. Further ones wait, zones in turn.
  package static let lookupThreads = 4

  /// A look-up that took this long marks its zone as slow: slow zones have half of the threads at
  /// most, so that dead name servers of many tenants leave room for the others.
  static let slowLookup = Duration.seconds(1)

  /// How long a zone is held to be slow.
  static let slownessMemory = Duration.seconds(300)

  /// Zones that are remembered as slow; beyond it those whose time is over are forgotten, then all.
  static let slowZones = 4096

  /// How long addresses are used without asking again. The system's resolver tells no TTL.
  static let nameTTL = Duration.seconds(30)

  /// How long addresses are used beyond that while a lookup fails.
  static let nameStaleness = Duration.seconds(3600)

  /// How long a failed lookup is remembered; twice as long for each further failure in a row.
  static let failedNameTTL = Duration.seconds(1)

  /// A failure is remembered for at least this many times the time that it took.
  static let failedNameFactor = 10

  /// The longest memory of a failure (RFC 2308 section 7.1 allows five minutes): a tenant who mends
  /// a name waits no longer.
  static let longestFailedNameTTL = Duration.seconds(60)

  /// For how long exchanges fail at once for a name whose lookup has not ended in time.
  static let delayedNameTTL = Duration.seconds(5)

  /// How long an exchange waits for a lookup; then it fails with `dns_timeout`.
  static let lookupTimeout = Duration.seconds(5)

  /// Fetches kept for their memory, per zone and loop; more are freed.
  static let spareFetches = 64

  /// Connections of HTTP/2 in use that may go away (GOAWAY) before they took one request; then it
  /// fails. Such an attempt costs the origin nothing, since the next connection is shared.
  static let departures = 16

  /// Failures in a row after which an origin is ejected.
  static let failuresBeforeEjection = 3

  /// How long an origin is ejected at first; each time again twice as long.
  static let firstEjection = Duration.seconds(10)

  /// Bytes of the path of a health check; a longer one is refused.
  static let healthPathBytes = 1 << 10

  /// The longest ejection.
  static let longestEjection = Duration.seconds(300)

  /// Bytes of the fields that a forwarded request gets from us, without the client's authority (two
  /// times) and our name (two times): names, line ends, an address two times, identity.
  static let addedFieldBytes = 512

  /// Bytes of the forwarding fields (Via, Forwarded, X-Forwarded-For, CDN-Loop) that a client can
  /// make us carry on, each; a longer one is replaced by our part alone.
  static let forwardingFieldBytes = 4 << 10
}
