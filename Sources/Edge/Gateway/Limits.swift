// Every bound of the gateway, with its unit, its reason, and what happens at it.

/// Bounds of zones on one loop.
package enum GatewayLimits {
  /// Client connections of one zone on a loop that has at most `limit` of all zones: three quarters, so that
  /// the zone's own clients keep those of others out of the loop at no bound. Further ones get 503.
  static func connectionsPerZone(of limit: Int) -> Int { max(1, limit / 4 * 3) }

  /// Days before the end of the certificate to peers from which on the operator is told.
  static let certificateWarningDays: Int64 = 30

  /// Names in use that one zone may have in the table of one loop (a wildcard has endless names);
  /// beyond it the oldest leaves and is looked up again when it is asked for.
  static let namesPerZone = 1_024

  /// Names that no zone has, remembered per loop so that they cost no look-up; then all are dropped.
  static let unknownNames = 4_096

  /// Tasks of requests that are over, kept per loop for their memory.
  static let spareTasks = 64

  /// Look-ups of names under way per loop; requests for further names get 503, handshakes an alert.
  static let lookupsUnderWay = 1_024

  /// Of these, those that clients with one address prefix began (`EventLoop.arrivalLane`): a client that
  /// makes names up leaves room for others.
  static let lookupsPerSource = 128

  /// Requests for an unknown name that are answered in one turn, of some microseconds each; then others
  /// run.
  static let refusalsPerTurn = 64

  /// Requests that wait for one look-up; further ones get 503.
  static let requestsPerLookup = 1_024

  /// Purges of a zone that a look-up takes over itself, in about two milliseconds; more are read on
  /// another thread first, so that other zones' look-ups do not wait for them.
  static let purgesLoadedAtOnce = 4_096

  /// A zone without a request for this long leaves the memory of the loop.
  package static let zoneIdleNanoseconds: UInt64 = 600_000_000_000

  /// Connections of a removed zone that are told so in one turn; then others run.
  static let connectionsPerRetirementTurn = 256

  /// Zones whose changes are read from the store in one go (some 30 us each); then look-ups run.
  static let zonesPerPublication = 64

  /// Hostnames of changed zones that a loop looks at in one go (0.2 us each); then others run.
  static let namesPerPublicationTurn = 512

  /// Zones looked at in one turn of a pass (dropping one takes about a microsecond); then others run.
  static let zonesPerSweepTurn = 64

  /// Zones whose counters are read in one turn (copying them takes less than a microsecond each);
  /// then others run.
  static let zonesPerReadingTurn = 64

  /// Zones below a zone that its snapshot names, so that it does not answer DNS queries for them. With
  /// more it names none, and each query for a name below it is looked up in the store. They are read
  /// whenever one comes or goes, which takes some milliseconds for so many.
  static let nestedZones = 10_000

  /// Connections of peers on one loop; further ones get nothing, and their servers ask others.
  static let peerConnections = 16_384
}
