// Every bound of the reserve, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds of the reserve in an object store.
package enum ReserveLimits {
  /// Bytes of an object's record head; larger ones are not kept, as on the disk.
  static let headBytes = 64 << 10
  /// Bytes of an object's record body; larger ones are not kept: large bodies come in slices of 1 MiB.
  static let bodyBytes = (1 << 20) + (64 << 10)
  /// The latest time in an object, in seconds since 1970; one that has a later one, or one before 1970, is
  /// not believed.
  static let latestSeconds: Int64 = 1 << 40
  /// Bytes of an answer that is no object (an error, a list); a longer one is a fault.
  static let documentBytes = 256 << 10
  /// Texts in one such answer; more are a fault.
  static let documentTexts = 4_096
  /// Elements within each other in one such answer; deeper ones are a fault.
  static let documentDepth = 16
  /// Bytes of an error's code that are looked at, and logged.
  static let codeBytes = 64
  /// Objects asked for in one list; the others are in the next.
  static let listedObjects = 100
  /// Lists in one turn of a removal; if there is more it waits for another turn.
  static let listsOfRemoval = 10

  /// How long a request waits for the head of the reserve's answer, unless the operator says otherwise;
  /// then the origin is asked.
  package static let wait = Duration.milliseconds(300)
  /// How long it waits for the rest of an object once its head has come.
  static let bodyWait = Duration.seconds(2)
  /// Time without a byte after which an answer is given up.
  static let silence = Duration.seconds(1)
  /// How long the store may take for each step of what nobody waits for; then it is tried again.
  static let patience = Duration.seconds(10)
  /// Attempts at what nobody waits for; after them it is lost, and counted.
  static let attempts = 4
  /// The pause before the second attempt; twice as long before each more, and up to half as long again by
  /// chance, so that edges do not come back together.
  static let backoff = Duration.milliseconds(250)
  /// The pause of a removal that failed in all attempts, until it is tried again: it is not lost.
  static let removalRest = Duration.seconds(30)

  /// Connections of one loop to an endpoint. Reads beyond them get nothing, so that the origin is asked;
  /// writes leave room for reads (`writersPerLoop`).
  static let connectionsPerLoop = 64
  /// Reads under way of one loop. A zone has no more than it leaves free for the others: the first has
  /// half, the next a quarter. One more waits for its turn.
  static let readsPerLoop = 48
  /// Looks of one loop that wait for their turn, some 500 bytes each beside their requests; what holds for
  /// `readsPerLoop` holds for them. One more gets nothing, so that the origin is asked.
  static let waitingLooks = 4_096
  /// How long a look waits for its turn, in waits for the store's answer (`wait`, or what the operator says): as long
  /// as so many looks one behind the other take at worst. Then the origin is asked. The store answers all the
  /// while (else its endpoints are left alone, and nobody waits); a thousand fetches at once cost an origin
  /// more than this costs a client.
  static let turnWaits = 20
  /// The longest wait for a turn, whatever the operator says.
  static let longestTurnWait = Duration.seconds(60)
  /// Writes under way of one loop; others wait in the queue.
  static let writersPerLoop = 4
  /// How long an idle connection is kept; most stores close theirs after 20 to 60 s.
  static let idleDuration = Duration.seconds(15)
  /// The oldest a connection gets, so that changed addresses are noticed.
  static let connectionAge = Duration.seconds(300)
  /// Exchanges on one connection, which is closed after them, so that load spreads anew.
  static let exchangesPerConnection = 10_000

  /// Failures in a row after which an endpoint is left alone.
  static let failuresBeforeRest = 3
  /// How long it is left alone first; twice as long after each further failure.
  static let firstRest = Duration.seconds(5)
  /// The longest such rest.
  static let longestRest = Duration.seconds(300)
  /// How long an endpoint's addresses are used until its name is looked up again, beside those that use it.
  static let addressDuration = Duration.seconds(30)

  /// Bytes of records that wait to be written. A record for which there is no room is dropped and counted,
  /// and so is one of a zone that would have more than it leaves for the others.
  static let waitingBytes = 64 << 20
  /// Records that wait; what holds for `waitingBytes` holds for them. Removals have places of their own.
  static let waitingJobs = 16_384
  /// Removals of a zone that wait. One more makes all void that was written for the zone before.
  static let waitingRemovals = 1_024
  /// Groups of a zone's targets: what is void of one is void of all in its group. So many that a thousand
  /// responses that come while the store fails cost the zone a sixteenth of what it has there.
  static let groupsPerZone = 16_384
  /// Groups of all zones of which something is void, some 40 bytes each. A zone that would have more than it
  /// leaves for the others loses all that it has there.
  static let voidGroups = 1 << 18
  /// By how much times of the same response may differ, in seconds, since they are reckoned from two clocks.
  static let timeToleranceSeconds: Int64 = 1
  /// Names known not to be there, 16 bytes each; a newer one takes the place of an older.
  static let absentNames = 1 << 16
  /// How long such a name is believed to be not there: others may write to the store.
  static let absentDuration = Duration.seconds(60)
  /// Bytes digested in one go, some 0.1 ms at most; others have their turn between them.
  static let digestedBytes = 64 << 10
  /// How long a kind of fault is not reported again; it is counted.
  static let reportInterval = Duration.seconds(10)
  /// Seconds of the clock's difference that are believed of a store whose answer says that ours is wrong; beyond
  /// it the request fails.
  static let skewSeconds: Int64 = 86_400
}
