// Applying a whole document of zones: the difference to what is there, and then that.

import Cache
import ConfigurationTree
import Primitives
import Storage
import Zones

extension ZoneDesk {
  /// POST /v1/apply
  func apply(
    _ document: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> Outcome {
    let object = decoder.object(document, keys: ["zones", "prune", "dryRun"])
    guard let object else { throw ControlRefusal(decoder.faults) }
    let prunes = decoder.bool("prune", in: object) ?? false
    let isDry = decoder.bool("dryRun", in: object) ?? false
    let zones = ConfigurationValue.object([("zones", object.value("zones"))])
    let identities = ZoneIdentities(store)
    let file = ZoneFile.decode(zones, &decoder, check: store.check) { identities.identity(of: $0) }
    if let failure = identities.failure { throw ControlRefusal(failure) }
    guard let file, decoder.faults.isEmpty else { throw ControlRefusal(decoder.faults) }
    let plan = try storage { () throws(StorageError) in
      try store.plan(file.zones, prunes: prunes)
    }
    let changes = try changedKeys(plan, file)
    let applied = isDry || plan.isEmpty ? nil : try apply(plan.steps)
    let current = try storage { () throws(StorageError) in try store.sequence() }
    let result: ConfigurationValue = .object([
      ("dryRun", .bool(isDry)),
      ("sequence", .count(applied?.sequence ?? current)),
      ("added", Self.names(plan.additions)),
      ("changed", .array(changes)),
      ("removed", Self.names(plan.removals)),
      ("unchanged", .integer(plan.unchanged.count)),
    ])
    return Outcome(
      answer: ControlAnswer(result), applied: applied,
      asksForCountries: file.zones.first { $0.cache.tellsCountries }?.name)
  }

  /// Each zone that changes, with the keys whose values do.
  private func changedKeys(
    _ plan: ZonePlan, _ file: ZoneFile
  ) throws(ControlRefusal) -> [ConfigurationValue] {
    guard !plan.changes.isEmpty else { return [] }
    var wanted: [ZoneID: ZoneConfiguration] = [:]
    for zone in file.zones { wanted[zone.id] = zone }
    var result: [ConfigurationValue] = []
    for summary in plan.changes {
      let current = try storage { () throws(StorageError) in
        try store.configurationWithKeys(of: summary.id)
      }
      guard var new = wanted[summary.id], let current else { continue }
      new.takeSigningPolicy(from: current)
      let (newTree, oldTree) = (new.tree(), current.tree())
      var keys = ZoneConfiguration.keys.filter { newTree[$0] != oldTree[$0] }
      // Secrets are in no tree; nothing else can have changed then.
      if keys.isEmpty { keys = new.certificates.isEmpty ? ["transfers"] : ["certificates"] }
      result.append(
        .object([
          ("name", .string(summary.name)), ("keys", .array(keys.map { .string($0) })),
        ]))
    }
    return result
  }

  private static func names(_ summaries: [ZoneSummary]) -> ConfigurationValue {
    .array(summaries.map { .string($0.name) })
  }
}

extension ZoneDesk {
  /// Gives signed zones of which others have had copies for long a new serial number: up to `limit` of
  /// those behind `id`, and fewer if they are large. The outcome has the last one that was looked at, and
  /// why one was left out, if one was.
  func renewSerials(
    after id: ZoneID?, limit: Int, now: WallTime
  ) throws(ControlRefusal) -> Outcome {
    let zones = try storage { () throws(StorageError) in
      try store.copiedZones(after: id, limit: limit)
    }
    var due: [ZoneID] = []
    var bytes = 0
    var last = zones.last?.id
    for zone in zones where zone.needsRenewal(now) {
      due.append(zone.id)
      bytes += zone.bytes
      guard bytes < ControlLimits.bytesRenewed else {
        last = zone.id
        break
      }
    }
    let renewal = store.renewSerials(of: due)
    var outcome = Outcome(
      answer: ControlAnswer(.object([])), applied: renewal.applied, last: last)
    outcome.failure = renewal.failure.map { ControlRefusal($0) }
    return outcome
  }
}
