// A zone on one loop, as the name service sees it.

import Primitives
import Runtime

/// A zone that is in use on one loop: its records, its lane, and the queries that wait for its turn.
final class NameZone: LoopWork {
  var snapshot: NameZoneSnapshot {
    didSet {
      updateSigner()
      updateHealth()
    }
  }
  /// Signs its answers; made with the first that is to be signed.
  private var madeSigner: ZoneSigner?
  unowned let server: NameServer
  /// Queries that wait: the first and last of the chain in the server's `HeldQueries`.
  var held = HeldQueries.Chain()
  /// Queries and connections that wait for addresses of aliases' targets.
  var aliasWaits = 0
  /// Whose turn it is among its records with weights.
  let turns = ZoneTurns()
  /// Which of its records are left out; nil if none is checked.
  private(set) var health: ZoneHealth?
  /// Those addresses; made with the first that is asked for.
  private var madeAliases: AliasAddresses?
  var lastUsed: Instant
  /// The server's `state` in which no zone of it was above this one.
  var stateWithoutUpper: UInt64?
  /// Transfers of it that are under way on this loop.
  var transferCount = 0
  /// The last batch of datagrams that a query of it came with, and how many of them were answered at once.
  private var batch: (number: UInt64, answered: Int) = (0, 0)
  /// Secret, for rates: the zone's identity mixed.
  let digest: UInt64

  init(_ snapshot: NameZoneSnapshot, lane: Lane, server: NameServer) {
    self.snapshot = snapshot
    self.server = server
    lastUsed = lane.loop.now
    health = snapshot.checked.isEmpty ? nil : ZoneHealth()
    digest = snapshot.id.high ^ snapshot.id.low &* 0xff51_afd7_ed55_8ccd
    super.init(on: lane)
  }

  private func updateSigner() {
    madeSigner?.zoneChanged(at: UInt32(truncatingIfNeeded: server.loop.wallTime.seconds))
    guard let madeSigner, !madeSigner.isFor(snapshot.signing) else { return }
    // What other keys have signed stays good for as long as they sign.
    let next = snapshot.signing
    let isSame = next?.apex == madeSigner.signing.apex
    self.madeSigner = isSame ? next.flatMap { server.makeSigner($0, after: madeSigner) } : nil
  }

  private func updateHealth() {
    if snapshot.checked.isEmpty {
      health = nil
    } else if let health {
      health.update(snapshot.checked)
    } else {
      health = ZoneHealth()
    }
  }

  /// Signs its answers; nil if the zone is not signed, or the library fails.
  var signer: ZoneSigner? {
    if let madeSigner { return madeSigner }
    guard let signing = snapshot.signing else { return nil }
    madeSigner = server.makeSigner(signing)
    return madeSigner
  }

  /// Queries that wait for either.
  var heldCount: Int { held.count + aliasWaits }

  /// The addresses of its aliases' targets.
  var aliases: AliasAddresses {
    if let madeAliases { return madeAliases }
    let made = server.makeAliases(self)
    madeAliases = made
    return made
  }

  /// Whether one more query of it is answered at once, of those that batch `number` of datagrams brought.
  func takePlace(inBatch number: UInt64) -> Bool {
    if number != batch.number { batch = (number, 0) }
    batch.answered += 1
    return batch.answered <= NameServiceLimits.queriesPerTurn
  }

  /// Answers some of the queries that wait.
  override func run() {
    server.answerHeld(of: self)
    guard !held.isEmpty else { return }
    enqueue()
    server.receiveMeanwhile()
  }
}
