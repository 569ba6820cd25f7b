// What a change does with the keys that sign a zone.

import ConfigurationTree
import DNS
import NameService
import Primitives

extension ZoneChangeSet {
  /// Gives a signed zone the keys that it has, or new ones; one that is to be signed no more keeps them until
  /// the zone above has no DS record of them.
  mutating func keepSigningKeys(_ new: Draft, of current: ZoneConfiguration?, path: String) {
    // A zone that gets another name is another one for DNS.
    let earlier = current?.name == new.zone.name ? current : nil
    new.zone.takeSigningPolicy(from: earlier)
    guard var keys = new.zone.signingKeys ?? earlier?.signingKeys else {
      new.zone.damagedKeys = new.zone.damagedKeys ?? earlier?.damagedKeys
      guard new.zone.isSigned, new.zone.damagedKeys == nil else { return }
      makeSigningKeys(new, after: earlier, path: path)
      return
    }
    new.zone.damagedKeys = nil
    let timing = new.zone.keyTiming
    let stored = keys
    keys.follow(timing, now: now)
    if new.zone.isSigned {
      keys.stay(now: now)
      keys.advance(new.zone.signingPolicy, timing, spread: new.zone.keySpread, now: now)
    } else if new.zone.records == nil {
      // Nothing was signed with them, or the change is refused.
      new.zone.signingKeys = nil
      return
    } else {
      keys.leave(timing, now: now)
    }
    if keys != stored { keys.revision += 1 }
    new.zone.signingKeys = keys
  }

  private mutating func makeSigningKeys(
    _ new: Draft, after earlier: ZoneConfiguration?, path: String
  ) {
    var timing = new.zone.keyTiming
    if let earlier { timing.include(earlier.keyTiming) }
    var keys = KeySet(
      new.zone.signingPolicy, timing, wasAnswered: earlier?.records != nil, now: now)
    keys?.follow(new.zone.keyTiming, now: now)
    new.zone.signingKeys = keys
    if keys == nil { noteNoKeys(path) }
  }

  /// Zones must not lose keys that the zone above may name: as `forget` says it, or step by step.
  mutating func checkLostKeys() {
    let losing = entries.filter { entry in
      entry.known.map { !Self.keeps($0, entry.new?.zone) } ?? false
    }
    guard !losing.isEmpty else { return }
    var drafts: [String: Draft] = [:]
    for entry in entries { if let new = entry.new { drafts[new.zone.name] = new } }
    for entry in losing {
      guard let known = entry.known, !Self.keeps(known, drafts[known.name]?.zone) else { continue }
      let outcome =
        switch entry.new?.zone {
        case nil: "is removed"
        case let zone? where zone.name != known.name: "gets the name \(zone.name)"
        case let zone? where zone.records == nil: "loses its DNS records"
        default: "gets other keys"
        }
      let fault = ConfigurationFault(
        path: "dnssec",
        problem: "is in force, and \(known.name) \(outcome): the zone above may have its DS "
          + "record, which would make it unreachable for many",
        remedy: "Switch signing off first, which waits until that is gone: "
          + "skerry dns sign --off \(known.name). At once, whatever is above: "
          + "skerry dns sign --off --now \(known.name)")
      note(fault, under: entry.path)
    }
  }

  /// Whether `zone` has keys of the zone `known`, and answers with them.
  private static func keeps(_ known: ZoneConfiguration, _ zone: ZoneConfiguration?) -> Bool {
    guard let zone, zone.name == known.name, zone.mayBeKnownAbove else { return false }
    guard let old = known.signingKeys, let new = zone.signingKeys else {
      return known.signingKeys == nil
    }
    return new.sharesKey(with: old)
  }

  private mutating func noteNoKeys(_ path: String) {
    let fault = ConfigurationFault(
      path: "dnssec", problem: "is true, and no key can be made",
      remedy: "Look whether the machine gives random numbers, and try again.")
    note(fault, under: path)
  }

  /// The zone after `change`; nil if it can't be made, which is noted.
  mutating func changed(
    _ zone: ZoneConfiguration, _ change: KeyChange, path: String
  ) -> ZoneConfiguration? {
    var zone = zone
    if case .forget = change, zone.hasSigningKeys { return forgetting(zone, path: path) }
    guard var keys = zone.signingKeys else {
      note(Self.noKeys(zone), under: path)
      return nil
    }
    let timing = zone.keyTiming
    let stored = keys
    keys.follow(timing, now: now)
    switch change {
    case .advance:
      keys.advance(zone.signingPolicy, timing, spread: zone.keySpread, now: now)
    case .roll(let role):
      do throws(KeySet.Refusal) { try keys.roll(role, timing, now: now) } catch {
        note(Self.fault(error, zone.name), under: path)
        return nil
      }
    case .clock(let jump): keys.move(by: jump, now: now)
    case .forget: return nil
    case .parent(let delegations):
      guard observe(delegations, &keys, zone, timing, path: path) else { return nil }
    }
    if keys != stored { keys.revision += 1 }
    zone.signingKeys = keys.members.isEmpty ? nil : keys
    return zone
  }

  /// The zone without keys, at once.
  private mutating func forgetting(_ zone: ZoneConfiguration, path: String) -> ZoneConfiguration? {
    guard !zone.isSigned else {
      let fault = ConfigurationFault(
        path: "forget", problem: "is true, and \(zone.name) is to be signed",
        remedy: "Switch signing off first: skerry dns sign --off \(zone.name)")
      note(fault, under: path)
      return nil
    }
    var zone = zone
    zone.signingKeys = nil
    zone.damagedKeys = nil
    return zone
  }

  private static func noKeys(_ zone: ZoneConfiguration) -> ConfigurationFault {
    guard zone.damagedKeys == nil else {
      return ConfigurationFault(
        path: "dnssec", problem: "has keys for \(zone.name) that can't be read",
        remedy: "What can be done: skerry dns keys \(zone.name)")
    }
    return ConfigurationFault(
      path: "dnssec", problem: "is false: \(zone.name) has no keys",
      remedy: "Sign it first: skerry dns sign \(zone.name)")
  }

  private mutating func observe(
    _ delegations: KeySet.Delegations, _ keys: inout KeySet, _ zone: ZoneConfiguration,
    _ timing: KeyTiming, path: String
  ) -> Bool {
    guard let apex = zone.apex else { return false }
    if keys.observe(delegations, apex: apex, timing, now: now) { return true }
    switch delegations {
    case .seen, .unasked: return false
    default: break
    }
    let remedy = "See what is waited for: skerry dns keys \(zone.name)"
    let fault: ConfigurationFault
    if !keys.awaitsParent {
      fault = ConfigurationFault(
        path: "parentHas", problem: "is given, and nothing waits for the zone above \(zone.name)",
        remedy: remedy)
    } else if case .saidAndSeen(let seen, let isNone) = delegations, isNone == keys.isLeaving {
      fault = ConfigurationFault(
        path: "parentHas",
        problem: "is \(isNone ? "none" : "ds"), and the resolver says that the zone above "
          + "\(zone.name) has \(Self.text(ofDelegations: seen))",
        remedy: "Wait until it has what is printed by: skerry dns keys \(zone.name). If the "
          + "resolver can't know it, and you do: "
          + "skerry dns keys \(zone.name) --check-parent false, and say it again")
    } else {
      fault = ConfigurationFault(
        path: "parentHas",
        problem: keys.isLeaving
          ? "is ds, and signing is being switched off: none is waited for"
          : "is none, and DS records are waited for", remedy: remedy)
    }
    note(fault, under: path)
    return false
  }

  private static func text(ofDelegations contents: [[UInt8]]) -> String {
    guard !contents.isEmpty else { return "no DS record" }
    let texts = contents.prefix(NameServiceLimits.keysOfZone).map { content in
      var text: [UInt8] = []
      RDATA.appendText(.ds, content.span, to: &text)
      return String(decoding: text, as: UTF8.self)
    }
    let more = contents.count - texts.count
    return "DS \(texts.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "")"
  }

  private static func fault(_ refusal: KeySet.Refusal, _ name: String) -> ConfigurationFault {
    switch refusal {
    case .noSuchKey(let role):
      ConfigurationFault(
        path: "roll", problem: "is \(role.name.lowercased()), and \(name) has no \(role.name)",
        remedy: "Its keys: skerry dns keys \(name)")
    case .underWay(.securing):
      ConfigurationFault(
        path: "roll", problem: "comes too early: \(name) has only just been signed",
        remedy: "Answers without signatures may be in caches. Until when: skerry dns keys \(name)")
    case .underWay(.unsigning):
      ConfigurationFault(
        path: "roll", problem: "is given, and signing is being switched off for \(name)",
        remedy: "Keep it on first: skerry dns sign \(name)")
    case .underWay(let kind):
      ConfigurationFault(
        path: "roll", problem: "has to wait: \(kind.text) is under way for \(name)",
        remedy: "What it waits for: skerry dns keys \(name)")
    case .noRandomNumbers:
      ConfigurationFault(
        path: "roll", problem: "is given, and no key can be made",
        remedy: "Look whether the machine gives random numbers, and try again.")
    }
  }
}

extension ZoneConfiguration {
  /// What rollovers of its keys wait for.
  var keyTiming: KeyTiming {
    KeyTiming(records, hasCopies: transfers.hasReaders, signingPolicy)
  }

  /// Its name as DNS has it.
  var apex: DomainName? {
    do throws(DNSError) { return try DomainName(name) } catch { return nil }
  }

  /// Makes times of its keys its own.
  var keySpread: UInt64 { id.high ^ id.low }
}

extension KeyRollover.Kind {
  fileprivate var text: String {
    switch self {
    case .algorithm: "a change of all keys"
    default: "a \(name.uppercased()) rollover"
    }
  }
}
