// What resolvers may have kept of a zone and of the zone above: naive, for comparison.

import DNS
import Primitives
import TLS

@testable import NameService

/// Remembers every version of what was answered, and finds whether some mixture of versions that may be in
/// caches at the same time is bogus.
struct RolloverModel {
  /// A key as validators see it.
  struct Key: Hashable {
    let publicKey: [UInt8]
    let algorithm: UInt8

    init(_ key: ZoneKey) {
      publicKey = key.publicKey
      algorithm = key.algorithm.rawValue
    }
  }

  /// What was answered from `from` on, until the next version.
  struct Version<Content: Equatable> {
    let from: Int64
    /// Seconds that it may be kept, with those until all servers had the next one.
    let kept: Int64
    let content: Content
  }

  struct DNSKEYSet: Equatable {
    var keys: Set<Key> = []
    var signers: Set<Key> = []
  }

  private(set) var keys: [Version<DNSKEYSet>] = []
  /// The keys that have signed a record set of the zone.
  private(set) var zone: [Version<Set<Key>>] = []
  private(set) var delegations: [Version<Set<Key>>] = []

  mutating func answer(_ set: KeySet?, zoneTTL: Int64, _ timing: KeyTiming, at time: Int64) {
    var dnskey = DNSKEYSet()
    var signers: Set<Key> = []
    for entry in set?.plan.entries ?? [] {
      let key = Key(entry.key)
      if entry.use.isPublished { dnskey.keys.insert(key) }
      if entry.use.signsKeys { dnskey.signers.insert(key) }
      if entry.use.signsZone { signers.insert(key) }
    }
    // That there are no keys is kept as long as any other denial.
    let keyTTL = dnskey.keys.isEmpty ? zoneTTL : Int64(NameServiceLimits.keyTTL)
    Self.add(dnskey, keyTTL + timing.propagation, time, to: &keys)
    Self.add(signers, zoneTTL + timing.propagation, time, to: &zone)
  }

  mutating func delegate(to keys: Set<Key>, _ timing: KeyTiming, at time: Int64) {
    Self.add(keys, timing.delegation, time, to: &delegations)
  }

  private static func add<Content>(
    _ content: Content, _ kept: Int64, _ time: Int64, to list: inout [Version<Content>]
  ) {
    if let last = list.last, last.content == content, last.kept == kept { return }
    list.append(Version(from: time, kept: kept, content: content))
  }

  /// The versions that may be in some cache at `time`.
  private static func live<Content>(
    _ list: [Version<Content>], _ time: Int64
  ) -> [Content] {
    list.indices.filter { index in
      index + 1 == list.count || list[index + 1].from + list[index].kept > time
    }.map { list[$0].content }
  }

  /// Forgets what no cache has any more.
  mutating func forget(before time: Int64) {
    Self.drop(&keys, time)
    Self.drop(&zone, time)
    Self.drop(&delegations, time)
  }

  private static func drop<Content>(_ list: inout [Version<Content>], _ time: Int64) {
    while list.count > 1, list[1].from + list[0].kept <= time { list.removeFirst() }
  }

  /// What is wrong at `time`; nil if every mixture validates, or is known to be insecure.
  func fault(at time: Int64) -> String? {
    let zones = Self.live(zone, time)
    let sets = Self.live(keys, time)
    for above in Self.live(delegations, time) where !above.isEmpty {
      for set in sets {
        // RFC 4035 section 5.2, and each algorithm that the zone above names (section 2.2).
        for algorithm in Set(above.map(\.algorithm)) {
          let isTrusted = above.contains { key in
            key.algorithm == algorithm && set.keys.contains(key) && set.signers.contains(key)
          }
          if !isTrusted { return "no DS record of algorithm \(algorithm) leads to the keys" }
        }
        for signers in zones {
          for algorithm in Set(set.keys.map(\.algorithm)) {
            let isSigned = signers.contains { $0.algorithm == algorithm && set.keys.contains($0) }
            if !isSigned { return "a set without a signature of algorithm \(algorithm)" }
          }
        }
      }
    }
    return nil
  }
}
