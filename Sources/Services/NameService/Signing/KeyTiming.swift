// How long what was answered may be in caches.

/// What rollovers of a zone wait for, in seconds.
package struct KeyTiming: Hashable, Sendable {
  /// The longest TTL of the zone's record sets as they are now.
  package var zoneTTL: Int64
  /// Until all servers of the zone have a change (`Dprp` in RFC 7583).
  package var propagation: Int64
  /// Until a DS record that the zone above has no more is in no cache.
  package var delegation: Int64

  package init(zoneTTL: Int64, propagation: Int64, delegation: Int64) {
    self.zoneTTL = zoneTTL
    self.propagation = propagation
    self.delegation = delegation
  }

  /// That of a zone with these records. Copies on other servers may be as old as the SOA lets them.
  package init(_ image: ZoneImage?, hasCopies: Bool, _ policy: SigningPolicy) {
    let copies = hasCopies ? image?.secondsUntilCopied ?? 0 : 0
    self.init(
      zoneTTL: Int64(image?.longestTTL ?? 0), propagation: Int64(policy.propagation) + copies,
      delegation: Int64(policy.parentTTL + policy.parentPropagation))
  }

  /// Waits for what `other` waits for, too.
  package mutating func include(_ other: KeyTiming) {
    zoneTTL = max(zoneTTL, other.zoneTTL)
    propagation = max(propagation, other.propagation)
    delegation = max(delegation, other.delegation)
  }

  /// Until a DNSKEY set that is answered no more is in no cache.
  var keys: Int64 { Int64(NameServiceLimits.keyTTL) + propagation }
}
