// What is to happen with the keys of a signed zone.

package import ConfigurationTree
package import NameService

/// A change of a zone's keys.
package enum KeyChange: Sendable {
  /// Whatever is due.
  case advance
  /// The key of this role is replaced.
  case roll(ZoneKey.Role)
  /// The zone above has these DS records.
  case parent(KeySet.Delegations)
  /// The clock was set by so many seconds, or keys have no times.
  case clock(Int64)
  /// Signing ends at once, whatever the zone above has.
  case forget

  /// The same, which the operator says of the zone above, after that was asked; nil if nobody could tell.
  package func verified(by answer: ParentAnswer) -> KeyChange? {
    guard case .parent(let said) = self else { return self }
    switch answer {
    case .delegations(let contents):
      return .parent(.saidAndSeen(contents, isNone: said == .saidNone))
    case .unasked: return self
    case .unknown: return nil
    }
  }

  /// What a request asks for: `{"roll": "zsk"}`, `{"parentHas": "ds"}` or `{"forget": true}`. What is wrong is
  /// noted.
  package static func decode(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> KeyChange? {
    guard let object = decoder.object(value, keys: ["roll", "parentHas", "forget"]) else {
      return nil
    }
    let before = decoder.faults.count
    let roll = decoder.string("roll", in: object)
    let parent = decoder.string("parentHas", in: object)
    let forgets = decoder.bool("forget", in: object) ?? false
    guard decoder.faults.count == before else { return nil }
    switch (roll, parent, forgets) {
    case (nil, nil, true): return .forget
    case (let roll?, nil, false):
      if let change = rolls[roll.lowercased()] { return change }
      report(
        "roll", roll,
        "Write zsk, ksk or csk. Another algorithm, or other roles: change dnssecKeys.", object,
        &decoder)
    case (nil, let parent?, false):
      if let change = parents[parent] { return change }
      report(
        "parentHas", parent, "Write ds (those of the new keys alone), or none.", object, &decoder)
    default:
      decoder.report(
        "asks for nothing, or for several things at once",
        "Give roll (zsk, ksk or csk), parentHas (ds or none), or forget (true).",
        at: value.position)
    }
    return nil
  }

  private static func report(
    _ key: String, _ given: String, _ remedy: String, _ object: ConfigurationObject,
    _ decoder: inout ConfigurationDecoder
  ) {
    decoder.at(key) {
      $0.report("is \"\(given)\"", remedy, at: object.value(key)?.position)
    }
  }

  private static let rolls: [String: KeyChange] = [
    "zsk": .roll(.zoneSigning), "ksk": .roll(.keySigning), "csk": .roll(.combined),
  ]
  private static let parents: [String: KeyChange] = [
    "ds": .parent(.saidWanted), "none": .parent(.saidNone),
  ]
}
