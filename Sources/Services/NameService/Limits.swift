// Every bound of the name service, with its unit, its reason, and what happens at it.

/// Bounds of zones, queries and connections.
package enum NameServiceLimits {
  // MARK: Zones

  /// Records of a zone; more are refused.
  package static let recordsPerZone = 100_000

  /// Records of one name and type, so that the set fits into a message; more are refused.
  package static let recordsPerSet = 1_000

  /// Faults that are named at once; more are not looked for.
  static let faults = 100

  /// Probes of one search in a zone's hash table. A zone is hashed with other seeds until no search
  /// is longer, or the seeds run out.
  static let probes = 24

  /// Seeds that are tried; the best one is used.
  static let hashSeeds: UInt32 = 16

  /// Seconds that a record may be kept by others if its configuration does not say.
  static let usualTTL = 300

  // MARK: Answers

  /// CNAMEs that one answer follows within its zone; at it the answer ends, and the resolver asks on.
  static let aliases = 8

  /// Seconds that a server cookie is good for (RFC 9018 section 4.3).
  static let cookieSeconds: Int32 = 3_600

  /// Entries of a loop's table of response rates, 8 bytes each; a power of two. More kinds of
  /// responses than that in a second take each other's entries, and are counted less.
  static let rateEntries = 1 << 15

  /// Like responses that one network gets in a second if the operator says nothing.
  package static let responsesPerSecond = 200

  /// Bytes of a reply over UDP, whatever the sender can take (DNS Flag Day 2020): no fragments, and
  /// little to gain for who forges its source. A longer one is cut off, and comes over TCP.
  package static let udpReplyBytes = 1_232

  /// Responses over TCP are padded to multiples of this, in bytes, if the query is padded (RFC 8467
  /// section 4.1).
  static let paddingBlockBytes = 468

  // MARK: Queries that wait

  /// Queries over UDP that wait on one loop for their zone's turn or for their zone to be read; more
  /// are dropped.
  static let heldQueries = 2_048

  /// Bytes of a query that can wait; a longer one is dropped if it would have to.
  static let heldQueryBytes = 512

  /// Queries over UDP that wait for one zone's turn; more are dropped: that zone's alone.
  static let heldQueriesPerZone = 256

  /// Queries that a zone's turn answers; the rest wait for the next one.
  static let queriesPerTurn = 32

  /// Queries of zones that are not in memory, which are looked up at once; others wait.
  static let namesPerLookup = 64

  /// Queries that wait on one loop for look-ups; more are dropped.
  static let waitingForLookup = 1_024

  /// Changes of zones that are noted during one look-up; with more, all that it finds is looked up
  /// again.
  static let changesDuringLookup = 1_024

  // MARK: TCP

  /// Connections of one loop; at it the new one is closed at once.
  static let connectionsPerLoop = 1_024

  /// Connections of one network (a /24 or /56) on one loop; more are closed at once.
  static let connectionsPerNetwork = 64

  /// A connection that has sent nothing for so long, or takes nothing, is closed (RFC 7766 section
  /// 6.2.3).
  static let idleMilliseconds = 10_000

  /// Bytes of responses that wait for one client; beyond it its queries wait.
  static let waitingResponseBytes = 128 << 10

  /// Queries of a connection that are answered in one turn.
  static let streamQueriesPerTurn = 16
}
