// A zone on one loop, as the name service sees it.

import Primitives
import Runtime

/// A zone that is in use on one loop: its records, its lane, and the queries that wait for its turn.
final class NameZone: LoopWork {
  var snapshot: NameZoneSnapshot {
    didSet {
      keepSignatures()
      if snapshot.checked.isEmpty {
        health = nil
      } else if let health {
        health.update(snapshot.checked)
      } else {
        health = ZoneHealth()
      }
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

  /// Signs its answers; nil if the zone is not signed, or the library fails.
  var signer: ZoneSigner? {
    if let madeSigner { return madeSigner }
    guard let signing = snapshot.signing else { return nil }
    madeSigner = server.makeSigner(signing)
    return madeSigner
  }

  /// What other keys have signed stays good for as long as they sign.
  private func keepSignatures() {
    guard let madeSigner, !madeSigner.isFor(snapshot.signing) else { return }
    let next = snapshot.signing
    let isSame = next?.apex == madeSigner.signing.apex
    self.madeSigner = isSame ? next.flatMap { server.makeSigner($0, after: madeSigner) } : nil
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

  /// Answers some of the queries that wait.
  override func run() {
    server.answerHeld(of: self)
    if !held.isEmpty { enqueue() }
  }
}
