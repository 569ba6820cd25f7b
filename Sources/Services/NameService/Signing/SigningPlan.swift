// What answers have of a zone's keys.

/// The keys of a zone as they are used now: two sets with equal plans give equal answers.
package struct SigningPlan: Hashable, Sendable {
  /// A key and what it is used for.
  package struct Entry: Hashable, Sendable {
    package let key: ZoneKey
    package let use: KeyUse
  }

  package let entries: [Entry]
  /// Whether the zone above is asked to take its DS records away (RFC 8078 section 4).
  package let isLeaving: Bool

  package init(_ entries: [Entry], isLeaving: Bool = false) {
    self.entries = entries
    self.isLeaving = isLeaving
  }

  /// That of one key for everything.
  package init(_ key: ZoneKey) { self.init([Entry(key: key, use: .steady(key.role))]) }
}
