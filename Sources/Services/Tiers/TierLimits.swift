// Named limits of this room.

import Primitives

/// Limits of the tiers, with unit, reason and what happens at each.
package enum TierLimits {
  /// PoPs of a topology: more are refused.
  static let pops = 4_096

  /// Servers of a PoP: more are refused.
  static let serversOfPoP = 256

  /// PoPs that a zone may name.
  static let chosenPoPs = 16

  /// Parents of which the nearest is looked for; those behind them in the file are not measured.
  static let measuredParents = 8

  /// How often it is, and with it whether idle servers live.
  static let probeInterval = Duration.seconds(5)

  /// How often a server is told which topology this one has, beside each time that it changes: it may have been
  /// restarted.
  static let topologyInterval = Duration.seconds(60)

  /// How near another parent must be to take the place of the one that is asked first, in per cent of that
  /// one's round trip: measurements waver.
  static let nearerPercent: UInt64 = 80

  /// The largest weight of a server: its shares of the keys, 1 for each.
  static let weight = 16

  /// Servers that a request has passed at most; one more is refused, and whoever asked goes to the origin.
  static let hops = 6

  /// Peers that are asked for one request, one after the other; then the origin is.
  static let attempts = 3

  /// Zones of which servers know how far they are from their origins, about 1 KiB each: those of others are asked
  /// by who has the key, until they are measured again.
  static let measuredZones = 16_384

  /// Zones of one message on that: more go in further ones, and with longest names they are within a message.
  static let zonesPerMessage = 1_000

  /// The longest name of a zone in a message, in bytes, as of a host (RFC 1035 section 2.3.4).
  static let zoneNameBytes = 253

  /// How much the way to an origin must have changed to be told again, in per cent of what was told:
  /// measurements waver.
  static let changedPercent: UInt64 = 20

  /// The shortest way to an origin that is told from shorter ones, in nanoseconds of a round trip.
  static let leastOriginNanoseconds: UInt64 = 1_000_000

  /// How long it counts what was measured or told: three intervals.
  static let originMemory = Duration.seconds(900)

  /// How much nearer to the origin another PoP must be to be asked in place of it, in nanoseconds of a round trip: to
  /// ask it costs one more way within the fleet.
  package static let leastDetourNanoseconds: UInt64 = 20_000_000

  /// How often a server that is asked for a zone measures the way to its origin, though another one fetches.
  static let originMeasuringInterval = Duration.seconds(300)

  /// Requests of which one may be hedged, in per cent: hedges must not become a load of their own.
  static let hedgePercent = 5

  /// Hedges that may come at once, from one loop.
  static let hedgeBurst = 8

  /// Those of one zone on one loop: where only its origin is slow, it does not take others'.
  static let zoneHedgeBurst = 2

  /// The least that a request waits until it is hedged: below it the network is what wavers.
  static let leastHedgeDelay = Duration.milliseconds(20)

  /// The longest that it waits, however long heads usually take.
  static let longestHedgeDelay = Duration.seconds(2)

  /// How long it waits as long as nothing is known of a server: more than the way around the world and back.
  static let firstHedgeDelay = Duration.milliseconds(500)

  /// How late the look whether to hedge may come: later ones say that this process is slow.
  static let hedgeLateness = Duration.milliseconds(20)

  /// Heads after which it is known how long they usually take: of fewer there is no 95th percentile.
  static let quantileSamples = 20

  /// The shortest time to a head that is told from shorter ones, in nanoseconds.
  static let leastHeadNanoseconds: UInt64 = 1_000

  /// Servers of one PoP or tier that are ranked for a key at most: more are never asked for it.
  static let ranked = 4

  /// Connections to one server from all loops of this one; where there are more loops, those behind use them as well.
  static let connectionsPerServer = 4

  /// Content of one exchange that has come to another loop than has the connection, and that its reader has not taken,
  /// in bytes: enough for the time until it hears of the next.
  static let crossingBytes = 256 << 10

  /// Exchanges at once on one of them, of all loops that use it, and what a server grants its peers.
  package static let streamsPerConnection = 4_096

  /// Exchanges under way with a server, from one loop, below which its load is not compared with others'.
  static let unboundedExchanges = 32

  /// How much more than its share of them a server gets, in per cent of it (Mirrokni, Thorup and
  /// Zadimoghaddam, "Consistent hashing with bounded loads", 2018).
  static let loadPercent = 125

  /// How long opening a connection to a server may take, with its handshake.
  package static let connectDuration = Duration.seconds(2)

  /// How long a request waits for a connection that is being opened, or for room on one.
  static let waitDuration = Duration.seconds(3)

  /// Requests of one loop that wait so for one server; more go to the next at once.
  static let waiters = 4_096

  /// How long a connection with exchanges under way may be silent before it is asked for a sign of life, and
  /// how long it may take for that; then requests go elsewhere, and after twenty seconds it is closed.
  package static let silence = Duration.milliseconds(500)

  /// How long a connection is kept without exchanges.
  static let idleDuration = Duration.seconds(300)

  /// How long a server that failed is left alone at first, until it is looked for again; twice as long each time.
  static let firstRest = Duration.milliseconds(250)

  /// How long it is left alone at most: a server that is back gets requests after that.
  static let longestRest = Duration.seconds(5)

  /// How long a head may take to come at least: origins are slow, and the connection shows that the server lives.
  static let headDuration = Duration.seconds(120)

  /// The same in times that the zone's slowest origin may take to connect and to answer: who asks it may ask it again,
  /// or another.
  static let headTimes = 2

  /// How long the body may be silent at least.
  static let bodySilence = Duration.seconds(60)

  /// How much longer it may be silent than the zone's origins may, so that who asks them is the first to give up.
  static let addedSilence = Duration.seconds(30)

  /// The largest message, in bytes: larger ones are refused.
  package static let messageBytes = 1 << 20

  /// How long a server may take to do what a message says.
  static let messageDuration = Duration.seconds(5)

  /// How long a purge may take until all servers have made it, or are known to be away: several times what a
  /// message may take. What comes from others is not kept so long, if who gives the purge dies.
  package static let purgeDuration = Duration.seconds(60)

  /// Purges of one message: a server makes so many well within `messageDuration`.
  static let purgesPerMessage = 500

  /// Purges that servers are given at once, of those that they are owed.
  static let deliveriesAtOnce = 100

  /// How often it is looked whether purges that were begun are known to be owed.
  static let roundInterval = Duration.milliseconds(20)

  /// Digits of a purge's number: those of the largest one.
  static let purgeNumberDigits = 20

  /// Bytes of a purge, which stands behind its number in a message; in place of a longer one goes one of everything of
  /// its zone.
  package static let purgeBytes = messageBytes - purgeNumberDigits - 1

  /// The longest name of a server or PoP, in bytes.
  static let nameBytes = 63

  /// The longest value of Skerry-Peer, in bytes.
  static let fieldBytes = 1_024
}
