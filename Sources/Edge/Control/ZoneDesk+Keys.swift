// The keys of signed zones, as the API shows and changes them.

import ConfigurationTree
import Primitives
import Runtime
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

  /// POST /v1/zones/{name}/dnssec. What the operator says of the zone above is compared with what that `told`;
  /// nil: it is not asked yet, and nothing is changed if it has to be, which the outcome says.
  func changeKeys(
    _ name: String, _ tree: ConfigurationValue, told: ParentAnswer?,
    _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> Outcome {
    guard let zone = try find(name) else { throw Self.unknown(name) }
    var change = KeyChange.decode(tree, &decoder)
    guard let asked = change, decoder.faults.isEmpty else { throw ControlRefusal(decoder.faults) }
    if let told {
      change = asked.verified(by: told)
    } else {
      let complete = try storage { () throws(StorageError) in
        try store.configurationWithKeys(of: zone.id)
      }
      if complete?.isVerified(asked, now: SystemClock.wall) == true {
        var outcome = Outcome(answer: ControlAnswer(.object([])))
        outcome.questions = [
          ZoneStore.KeyWork(id: zone.id, name: zone.name, isStep: false, asksParent: true)
        ]
        return outcome
      }
    }
    guard let change else { throw Self.untold(name) }
    let applied = try apply([.keys(zone.id, change)])
    var outcome = try signing(zone)
    outcome.applied = applied
    return outcome
  }

  private static func untold(_ name: String) -> ControlRefusal {
    ControlRefusal(
      422, .invalid,
      "can't be verified: no resolver tells which DS records the zone above \(name) has. Try again. If none "
        + "can, and you know it: skerry dns keys \(name) --check-parent false, and say it again",
      path: "parentHas")
  }

  func hasDueKeys(_ now: WallTime) throws(ControlRefusal) -> Bool {
    try storage { () throws(StorageError) in try store.hasDueKeys(now) }
  }

  /// Takes the steps that are due, of up to `limit` zones. The outcome has the zones above which are to be
  /// asked, up to `questions`, and why a zone was left out, if one was.
  func advanceKeys(
    _ now: WallTime, limit: Int, questions: Int
  ) throws(ControlRefusal) -> Outcome {
    let works = try storage { () throws(StorageError) in
      try store.takeDueKeys(now, limit: limit, questions: questions)
    }
    let renewal = store.advanceKeys(of: works.filter(\.isStep).map(\.id), now: now)
    var outcome = Outcome(answer: ControlAnswer(.object([])), applied: renewal.applied)
    outcome.failure = renewal.failure.map { ControlRefusal($0) }
    outcome.questions = works.filter(\.asksParent)
    return outcome
  }

  /// By how many seconds the clock was set since it was noted; nil if nothing is to be done for any zone.
  func clockJump(_ reading: ClockReading) throws(ControlRefusal) -> Int64? {
    try storage { () throws(StorageError) in try store.clockJump(reading) }
  }

  /// Moves what some zones' keys wait for, those behind `id`.
  func settleKeys(
    after id: ZoneID?, jump: Int64, now: WallTime
  ) throws(ControlRefusal) -> Outcome {
    let (last, renewal) = try storage { () throws(StorageError) in
      try store.settleKeys(after: id, limit: ControlLimits.zonesRenewed, jump: jump, now: now)
    }
    var outcome = Outcome(
      answer: ControlAnswer(.object([])), applied: renewal.applied, last: last)
    outcome.failure = renewal.failure.map { ControlRefusal($0) }
    return outcome
  }

  func note(_ reading: ClockReading) throws(ControlRefusal) -> Outcome {
    try storage { () throws(StorageError) in try store.note(reading) }
    return Outcome(answer: ControlAnswer(.object([])))
  }

  /// The zone above `id` was asked for its DS records.
  func observe(
    _ answer: ParentAnswer, of id: ZoneID, now: WallTime
  ) throws(ControlRefusal) -> Outcome {
    let renewal = try storage { () throws(StorageError) in
      try store.observe(answer, of: id, now: now)
    }
    var outcome = Outcome(answer: ControlAnswer(.object([])), applied: renewal.applied)
    outcome.failure = renewal.failure.map { ControlRefusal($0) }
    return outcome
  }
}
