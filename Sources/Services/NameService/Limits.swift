// Every bound of the name service, with its unit, its reason, and what happens at it.

/// Bounds of zones, queries and connections.
package enum NameServiceLimits {
  // MARK: Zones

  /// Records of a zone; more are refused.
  package static let recordsPerZone = 100_000

  /// Records of one name and type; more are refused.
  package static let recordsPerSet = 1_000

  /// Bytes of one set in a message, and of a delegation with its addresses, so that they fit into
  /// 65,535 behind the header, the question, eight aliases and EDNS; longer ones are refused.
  static let setBytes = 61_000

  /// Names of a zone, and those between them and the apex, of 24 bytes and a label each; more are
  /// refused.
  package static let namesPerZone = 500_000

  /// Faults that are named at once; more are not looked for.
  static let faults = 100

  /// Probes of one search in a zone's hash table, half full at most. A zone is hashed with other
  /// seeds until no search is longer.
  static let probes = 64

  /// Seeds that are tried. The longest search of 500,000 names has about 40 probes, so that the first
  /// one does; names for which none does were chosen to collide, and are refused.
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

  /// All responses that a network gets in a second, in multiples of the like ones.
  static let kindsPerNetwork = 10

  /// Bytes of a reply over UDP, whatever the sender can take (DNS Flag Day 2020): no fragments, and
  /// little to gain for who forges its source. A longer one is cut off, and comes over TCP.
  package static let udpReplyBytes = 1_232

  /// Responses over TCP are padded to multiples of this, in bytes, if the query is padded (RFC 8467
  /// section 4.1).
  static let paddingBlockBytes = 468

  /// Bytes of what the server is called; it is in every response to who asks.
  package static let nsidBytes = 64

  // MARK: Health checks

  /// Records of a zone whose addresses are checked; more are refused. An answer has a bit for each.
  package static let checkedRecords = 256

  /// Checks a second of one address, however many records have it: beyond it intervals are drawn out, so that zones
  /// can't make servers flood somebody.
  static let checksPerAddress = 20

  /// Addresses that are checked of all zones in memory, 1 KiB each; further ones are answered without, until
  /// there is room.
  static let checkedAddresses = 50_000

  /// Checks at once on the whole server, each with a socket; others wait for their zones' turns.
  package static let checksAtOnce = 1_024

  /// Checks of one zone at once, of what is free an eighth at most.
  static let checksAtOncePerZone = 16

  /// Checks of a zone that has its turn, however few places are free for it.
  static let leastChecksAtOnce = 2

  /// Bytes of the path that is asked for; longer ones are refused.
  static let checkPathBytes = 1 << 10

  /// An address that falls within so many nanoseconds after it has risen has relapsed.
  static let relapseNanoseconds: UInt64 = 600_000_000_000

  /// The same in intervals of its checks, if that is longer.
  static let relapseIntervals: UInt64 = 20

  /// Relapses in a row that count: each doubles the good checks that it takes to rise, up to 16 times.
  static let relapses = 4

  // MARK: Flattened aliases

  /// Flattened aliases of a zone; more are refused. Each is asked for while somebody asks for it.
  static let flattenedPerZone = 1_000

  /// Names and families that a zone remembers the addresses of, on one loop; at it the one goes that
  /// was asked for the longest ago.
  static let aliasEntries = 2_000

  /// Addresses of one name and family that are taken; more are left out.
  package static let addressesPerAlias = 32

  /// Aliases that lead from one to the next; at it they are taken for a circle, and it is SERVFAIL.
  package static let aliasChain = 8

  /// Seconds that addresses are kept at least, so that a target with a TTL of 0 is not asked for with
  /// every query.
  static let leastAliasTTL: UInt32 = 5

  /// Seconds that addresses are kept at most, whatever the target's TTL.
  static let longestAliasTTL: UInt32 = 3_600

  /// Seconds that addresses are used for beyond their time while nobody can tell new ones (RFC 8767
  /// section 5); then it is SERVFAIL.
  static let aliasStaleSeconds: Int64 = 86_400

  /// Seconds that such addresses may be kept by others (RFC 8767 section 4).
  static let staleAliasTTL: UInt32 = 30

  /// Seconds until a target is asked for again when nobody could tell, twice as long each time, five
  /// times.
  static let aliasRetrySeconds: Int64 = 2

  /// Milliseconds that a query waits for addresses of which none are known; then it is SERVFAIL. A resolver
  /// asks another server, or again, soon after (RFC 8767 section 5 wants 1.8 s for its own clients).
  static let aliasWaitMilliseconds: Int64 = 1_500

  /// Queries and connections that wait for addresses of aliases of one zone on one loop; more are dropped,
  /// or SERVFAIL over TCP: that zone's alone.
  static let aliasWaitsPerZone = 64

  /// The same of all zones: an eighth of the places for queries that wait. No zone has more than a quarter of what is
  /// left, but for its first few.
  static let aliasWaitsPerLoop = 512

  /// Those first few.
  static let leastAliasWaits = 4

  /// The same of all zones with the first few of each.
  static let aliasWaitsAtMost = 1_024

  /// Seconds after which a look-up that nothing came of is made again.
  static let aliasLookupSeconds: Int64 = 30

  /// Names whose waiting queries are woken in one turn; the others have another one.
  static let aliasWaitsPerTurn = 64

  /// Look-ups of aliases' targets that are under way on the server, a socket each.
  package static let aliasLookups = 256

  /// Those of one zone: nobody who waits for resolvers that say nothing keeps others waiting.
  static let aliasLookupsPerZone = 8

  /// Names of a zone that wait to be looked up, as many as it remembers; more are failures.
  static let waitingAliasLookupsPerZone = 2_000

  /// Names that wait to be looked up, of 300 bytes each: no zone has more waiting than an eighth of what is left,
  /// but for its first few. More are failures.
  static let waitingAliasLookups = 20_000

  /// The same with the first few of all zones.
  static let waitingAliasLookupsAtMost = 80_000

  /// Findings that are kept for loops that ask later, of 700 bytes each at most; then those that have run
  /// out are forgotten, or all.
  static let recentAliases = 10_000

  /// Zones of which it is remembered that nobody answered their last look-up; then all are forgotten.
  static let slowAliasZones = 4_096

  /// Milliseconds that a resolver may take when it is asked first, and twice as long the second time; then
  /// the next one is asked.
  static let resolverMilliseconds: Int64 = 700

  /// Times that each resolver is asked in one look-up.
  static let resolverRounds = 2

  /// Milliseconds that a resolver may take over TCP.
  static let resolverStreamMilliseconds: Int64 = 3_000

  /// Datagrams that are looked at in one turn; the others have another one.
  static let resolverMessagesPerTurn = 16

  /// Seconds until the list of resolvers is read again.
  static let resolverListSeconds: Int64 = 5

  /// Resolvers that are asked one after the other; more are left out.
  package static let resolvers = 3

  /// Seconds that it is remembered that a name has no addresses if the resolver does not say (RFC 2308
  /// section 5 wants a SOA for that).
  static let noAddressTTL: UInt32 = 60

  // MARK: Places

  /// Sets of one name that are for some places, or have weights, of all types; more are refused. An answer
  /// goes through all of them, with two binary searches in each.
  static let chosenSetsPerName = 200

  /// Countries that one record names, which are all that there are; more are refused.
  static let countriesPerRecord = 300

  /// Autonomous systems that one record names; more are refused.
  static let systemsPerRecord = 256

  // MARK: Weights

  /// The most that a record's weight can be; more is refused. Sums of all in a set fit into any integer.
  static let weight = 10_000

  /// Records of a set that have weights; more are refused. An answer goes through all of them, twice.
  static let weightedRecords = 256

  // MARK: Signatures

  /// Seconds that a zone's keys may be kept by others (their TTL): an hour, so that a change of keys is
  /// through soon.
  static let keyTTL: UInt32 = 3_600

  /// Seconds that the longest TTL of a zone may be which was not looked after before: what it was answered
  /// with then is waited for so long.
  static let unknownTTL: Int64 = 86_400

  /// Seconds that a zone's former TTLs count at most after the clock was set: a week, more than anything is kept.
  static let formerTTL: Int64 = 7 * 86_400

  /// Keys of one zone: the rollovers that may be under way at once have four. A stored set with more is damaged.
  package static let keysOfZone = 8

  /// Seconds that a TTL has at most (RFC 2181 section 8); a stored set of keys with a longer one is damaged.
  static let longestTTL = Int64(Int32.max)

  /// The end of the year 9999, in seconds since 1970; a stored set of keys with a later time is damaged.
  static let latestSeconds: Int64 = 253_402_300_799

  /// Days that a key may be used, as configured: ten years.
  static let keyDays = 3_650

  /// Seconds that TTLs in the zone above and times of propagation may have, as configured: a month.
  static let keyWaitSeconds = 30 * 86_400

  /// Seconds of the zone's own propagation at least, as configured: a change is written before all loops
  /// have it, and answers are on their way.
  static let leastPropagation = 10

  /// Seconds after which a signature is made anew.
  static let signaturePeriodSeconds: UInt32 = 86_400

  /// Seconds that a signature is good for, from its period's begin on: who keeps one as long as a week
  /// has a good one still.
  static let signatureSeconds: UInt32 = 10 * 86_400

  /// Seconds that signatures are good for before they are made: validators' clocks may be slow.
  static let clockSkewSeconds: UInt32 = 3_600

  /// Signatures that a zone makes in a row, of 25 us each, lest others wait for long; the query goes on when others'
  /// that have come meanwhile are answered.
  static let signaturesPerTurn = 4

  /// Signatures of what one zone has, on one loop, of 76 bytes each; beyond it older ones give way.
  static let lastingSignatures = 1 << 16

  /// Signatures of what was made for questions to one zone (names that do not exist, and those of
  /// wildcards), on one loop, of 76 bytes each; beyond it older ones give way.
  static let passingSignatures = 1 << 14

  /// Seconds of a zone that changes after which signatures that nobody asked for give way before the cache grows.
  static let signatureStateSeconds: UInt32 = 10

  /// Bytes of all signatures on one loop. A zone may add to its own up to an eighth of what is free;
  /// then its older ones give way.
  static let signatureBytes = 64 << 20

  /// Bytes that every zone may have, however much others have: a few answers are kept signed at least.
  static let leastSignatureBytes = 2_048

  // MARK: Transfers

  /// Servers and rules of a zone that say who may have it, and keys; more are refused.
  static let secondaries = 32

  /// Bytes of a key's name in wire form; longer ones are refused. It is in every message that is signed
  /// with the key, of which there are only 512 bytes for some.
  package static let keyNameBytes = 64

  /// Bytes of a secret; longer ones are refused. More than a digest has add nothing.
  static let secretBytes = 256

  /// Bytes of a secret at least; shorter ones, which can be guessed, are refused.
  package static let leastSecretBytes = 16

  /// Seconds that the clock of who signs may differ from ours (RFC 8945 section 10).
  static let fudgeSeconds: UInt16 = 300

  /// Messages without a signature between two with one, in a transfer that we receive (RFC 8945 section
  /// 5.3.1); at one more it is broken off.
  static let unsignedMessages = 99

  /// Records that are taken of a transfer from another server, those of a signer among them, which may be
  /// twice those of the zone and more; at one more it is broken off.
  package static let recordsPerTransfer = 500_000

  /// Bytes of the messages of a transfer from another server; at one more it is broken off.
  package static let bytesPerTransfer = 256 << 20

  /// Seconds that such a transfer may take in all; then it is broken off.
  package static let transferSeconds: Int64 = 900

  /// Bytes of a message of a transfer after which the next one begins: names behind 16 KiB can't be
  /// pointed at, and it is written in one turn, of 80 us. A message with one large record is longer.
  static let transferMessageBytes = 12 << 10

  /// Transfers of one zone that are under way on one loop; more are SERVFAIL, and tried again.
  static let transfersPerZone = 8

  /// Transfers that are under way on one loop; more are SERVFAIL. Of what is free a network has half at most and
  /// a zone a quarter, and each one at least: a secondary that fetches all its zones leaves places for others.
  static let transfersPerLoop = 64

  /// Differences that are kept of a zone; older ones go. Who has what was before gets the whole zone.
  package static let journalDifferences = 100

  /// Bytes of a zone's differences; older ones go. Nor are they more than the zone itself, which is no
  /// longer then.
  package static let journalBytes = 1 << 20

  /// Bytes of differences that are kept of a small zone, though the zone itself is smaller.
  package static let leastJournalBytes = 16 << 10

  // MARK: Notifications

  /// Seconds until a secondary that does not answer is told again, twice as long each time (RFC 1996
  /// section 3.6).
  static let notifySeconds = 2

  /// Times that a secondary is told of a change, and once if it has not answered as often before; then it has to
  /// find out by itself.
  static let notifyAttempts = 6

  /// Seconds between two notifications of a secondary that has not answered for long, however often the zone
  /// changes: the pause is doubled with each until then.
  static let longestNotifySeconds: Int64 = 300

  /// Notifications that a zone's turn sends; the others wait for the next one.
  static let notificationsPerTurn = 8

  /// Milliseconds between two notifications of one zone, so that many changes are told at once.
  static let notifyIntervalMilliseconds = 500

  /// Zones of one loop of which some secondary has not been told even once; others wait.
  static let notifyingZones = 256

  /// Zones of one loop whose secondaries are being told, those among them that have not answered yet. At
  /// it one of these gives way. With all their secondaries they are half the IDs that a message can have.
  static let notifiedZones = 1_024

  /// Zones that are looked at for one that gives way.
  static let yieldingLookedAt = 16

  /// Look-ups of a zone whose secondaries are to be told, if it can't be read; then they find out by
  /// themselves.
  static let notifyLookups = 3

  /// Milliseconds between two of these look-ups.
  static let notifyLookupMilliseconds = 1_000

  /// Zones that wait for that; more are not told, and their secondaries find out by themselves.
  static let waitingToNotify = 16_384

  // MARK: Queries that wait

  /// Queries over UDP that wait on one loop for their zone's turn or for their zone to be read; more
  /// are dropped.
  static let heldQueries = 4_096

  /// Bytes of a query that can wait; a longer one is dropped if it would have to.
  static let heldQueryBytes = 512

  /// Of the places that are free (less those for look-ups) one zone may have a part: an eighth. So
  /// a zone alone has 426, eight that are flooded 240 each, and there is always a place for another
  /// one's. More queries are dropped: that zone's alone. The same for networks and look-ups.
  static let heldShare = 8

  /// Places that zones' turns leave to look-ups.
  static let heldForLookups = 256

  /// Times that one query is looked up, if what was found has changed when it comes; then it is
  /// SERVFAIL.
  static let lookupsPerQuery = 4

  /// Queries over UDP that wait for look-ups from networks that share an arrival lane; more are
  /// dropped: those networks' alone.
  static let lookupsPerSource = 256

  /// Of the places for look-ups that are free, such networks may have a quarter, so that a large
  /// resolver alone has 200; more queries are dropped: those networks' alone.
  static let lookupShare = 4

  /// Queries over UDP of one zone that are answered in a row, of some 3 us each; then it is looked whether others'
  /// have come.
  static let queriesPerTurn = 16

  /// Queries of zones that are not in memory, which are looked up at once; others wait.
  static let namesPerLookup = 64

  /// Queries that wait on one loop for look-ups; more are dropped.
  static let waitingForLookup = 1_024

  /// Changes of zones that are noted during one look-up; with more, all that it finds is looked up
  /// again.
  static let changesDuringLookup = 1_024

  // MARK: TCP

  /// Connections of one loop; at it the one is closed whose last query is the longest ago.
  static let connectionsPerLoop = 1_024

  /// Connections of one network (a /24 or /56) on one loop; more are closed at once.
  static let connectionsPerNetwork = 64

  /// A connection that has sent no whole query for so long is closed (RFC 7766 section 6.2.3),
  /// whatever it has not taken yet.
  static let idleMilliseconds = 10_000

  /// Bytes of responses that wait for one client; beyond it its queries wait.
  static let waitingResponseBytes = 128 << 10

  /// Bytes of queries and responses that all connections of a loop have waiting; beyond it those are
  /// closed whose last queries are the longest ago.
  static let waitingBytesPerLoop = 32 << 20

  /// Bytes that are received of one connection at a time.
  static let streamInputBytes = 16 << 10

  /// Bytes of a query over TCP; who sends a longer one is cut off: nothing that we answer is longer.
  static let streamQueryBytes = 4_096

  /// Queries of a connection that are answered in one turn.
  static let streamQueriesPerTurn = 16
}
