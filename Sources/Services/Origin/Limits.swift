// Every bound of the way to a zone's origins, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds that no zone can change; those of one zone are in `OriginPolicy`.
package enum OriginLimits {
  /// Request bodies up to this size are gathered before they are sent: they leave with their head,
  /// and can be sent again to another origin.
  static let gatheredBodyBytes: UInt64 = 16 << 10

  /// Names that one loop remembers addresses of; beyond it the one that is used least recently is
  /// forgotten.
  static let cachedNames = 4096

  /// Lookups that one loop has under way; beyond it further names wait, so that slow name servers
  /// of some tenants can't take all of the resolver's time.
  static let concurrentLookups = 4

  /// How long addresses are used without asking again. The system's resolver tells no TTL.
  static let nameTTL = Duration.seconds(30)

  /// How long addresses are used beyond that while a lookup fails.
  static let nameStaleness = Duration.seconds(3600)

  /// How long a failed lookup is remembered.
  static let failedNameTTL = Duration.seconds(1)

  /// How long an exchange waits for a lookup; then it fails with `dns_timeout`.
  static let lookupTimeout = Duration.seconds(5)

  /// Fetches kept for their memory, per zone and loop; more are freed.
  static let spareFetches = 64

  /// Failures in a row after which an origin is ejected.
  static let failuresBeforeEjection = 3

  /// Answers 502, 503 or 504 in a row after which an origin is ejected.
  static let gatewayErrorsBeforeEjection = 5

  /// How long an origin is ejected at first; each time again twice as long.
  static let firstEjection = Duration.seconds(10)

  /// The longest ejection.
  static let longestEjection = Duration.seconds(300)

  /// Bytes of the forwarding fields (Via, Forwarded, X-Forwarded-For, CDN-Loop) that a client can
  /// make us carry on, each; a longer one is replaced by our part alone.
  static let forwardingFieldBytes = 4 << 10
}
