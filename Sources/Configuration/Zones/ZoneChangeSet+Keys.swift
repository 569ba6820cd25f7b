// What a change does with the keys that sign a zone.

import ConfigurationTree
import DNS
import NameService
import Primitives

extension ZoneChangeSet {
  /// Gives a signed zone the keys that it has, or new ones; one that is to be signed no more keeps them until
  /// the zone above has no DS record of them.
  mutating func keepSigningKeys(_ new: Draft, of current: ZoneConfiguration?, path: String) {
    // The zone above has nothing of a zone that gets another name.
    let earlier = current?.name == new.zone.name ? current : nil
    let timing = new.zone.keyTiming
    guard var keys = new.zone.signingKeys ?? earlier?.signingKeys else {
      guard new.zone.isSigned else { return }
      new.zone.signingKeys = KeySet(
        new.zone.signingPolicy, timing, wasAnswered: earlier?.records != nil, now: now)
      if new.zone.signingKeys == nil { noteNoKeys(path) }
      return
    }
    keys.note(timing.zoneTTL, now: now)
    if new.zone.isSigned {
      keys.stay(now: now)
      keys.advance(new.zone.signingPolicy, timing, spread: new.zone.keySpread, now: now)
      new.zone.signingKeys = keys
    } else if new.zone.records == nil || keys.isUnknownAbove {
      new.zone.signingKeys = nil
    } else {
      keys.leave(timing, now: now)
      new.zone.signingKeys = keys
    }
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
    guard var keys = zone.signingKeys else {
      let fault = ConfigurationFault(
        path: "dnssec", problem: "is false: \(zone.name) has no keys",
        remedy: "Sign it first: skerry dns sign \(zone.name)")
      note(fault, under: path)
      return nil
    }
    var zone = zone
    let timing = zone.keyTiming
    keys.note(timing.zoneTTL, now: now)
    switch change {
    case .advance:
      keys.advance(zone.signingPolicy, timing, spread: zone.keySpread, now: now)
    case .roll(let role):
      do throws(KeySet.Refusal) { try keys.roll(role, timing, now: now) } catch {
        note(Self.fault(error, zone.name), under: path)
        return nil
      }
    case .forget:
      guard !zone.isSigned else {
        let fault = ConfigurationFault(
          path: "forget", problem: "is true, and \(zone.name) is to be signed",
          remedy: "Switch signing off first: skerry dns sign --off \(zone.name)")
        note(fault, under: path)
        return nil
      }
      zone.signingKeys = nil
      return zone
    case .parent(let delegations):
      guard observe(delegations, &keys, zone, timing, path: path) else { return nil }
    }
    zone.signingKeys = keys.members.isEmpty ? nil : keys
    return zone
  }

  private mutating func observe(
    _ delegations: KeySet.Delegations, _ keys: inout KeySet, _ zone: ZoneConfiguration,
    _ timing: KeyTiming, path: String
  ) -> Bool {
    guard let apex = zone.apex else { return false }
    if keys.observe(delegations, apex: apex, timing, now: now) { return true }
    if case .seen = delegations { return false }
    let problem: String
    if !keys.awaitsParent {
      problem = "is given, and nothing waits for the zone above \(zone.name)"
    } else if keys.isLeaving {
      problem = "is ds, and signing is being switched off: none is waited for"
    } else {
      problem = "is none, and DS records are waited for"
    }
    let fault = ConfigurationFault(
      path: "parentHas", problem: problem,
      remedy: "See what is waited for: skerry dns keys \(zone.name)")
    note(fault, under: path)
    return false
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
