// The keys of signed zones, as the API shows and changes them.

import ConfigurationTree
import Primitives
import Storage
import Zones

extension ZoneDesk {
  /// GET /v1/zones/{name}/dnssec
  func signing(_ name: String) throws(ControlRefusal) -> Outcome {
    guard let zone = try find(name) else { throw Self.unknown(name) }
    return try signing(zone)
  }

  private func signing(_ zone: ZoneConfiguration) throws(ControlRefusal) -> Outcome {
    try storage { () throws(StorageError) in
      let complete = try store.configurationWithKeys(of: zone.id) ?? zone
      return Outcome(
        answer: ControlAnswer(complete.signingTree(due: try store.keysDue(zone.id))))
    }
  }

  /// POST /v1/zones/{name}/dnssec
  func changeKeys(
    _ name: String, _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> Outcome {
    guard let zone = try find(name) else { throw Self.unknown(name) }
    let change = KeyChange.decode(tree, &decoder)
    guard let change, decoder.faults.isEmpty else { throw ControlRefusal(decoder.faults) }
    let applied = try apply([.keys(zone.id, change)])
    var outcome = try signing(zone)
    outcome.applied = applied
    return outcome
  }

  func hasDueKeys(_ now: WallTime) throws(ControlRefusal) -> Bool {
    try storage { () throws(StorageError) in try store.hasDueKeys(now) }
  }

  /// Takes the steps that are due, of up to `limit` zones. The outcome has the zones above which are to be
  /// asked, and why a zone was left out, if one was.
  func advanceKeys(_ now: WallTime, limit: Int) throws(ControlRefusal) -> Outcome {
    let works = try storage { () throws(StorageError) in
      try store.takeDueKeys(now, limit: limit)
    }
    let renewal = store.advanceKeys(of: works.filter(\.isStep).map(\.id), now: now)
    var outcome = Outcome(answer: ControlAnswer(.object([])), applied: renewal.applied)
    outcome.failure = renewal.failure.map { ControlRefusal($0) }
    outcome.questions = works.filter(\.asksParent)
    return outcome
  }

  /// The zone above `id` has DS records of these contents.
  func observe(
    _ contents: [[UInt8]], of id: ZoneID, now: WallTime
  ) throws(ControlRefusal) -> Outcome {
    let renewal = try storage { () throws(StorageError) in
      try store.observeDelegations(contents, of: id, now: now)
    }
    var outcome = Outcome(answer: ControlAnswer(.object([])), applied: renewal.applied)
    outcome.failure = renewal.failure.map { ControlRefusal($0) }
    return outcome
  }
}
