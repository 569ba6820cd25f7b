// The keys of signed zones as bytes in the store.

import NameService
import Primitives
import TLS

extension ZoneRecord {
  static func write(_ policy: SigningPolicy, _ record: inout RecordWriter) {
    record.write(1, Int(policy.algorithm.rawValue))
    record.write(2, policy.isSplit)
    record.write(3, policy.zskDays)
    record.write(4, policy.kskDays)
    record.write(5, policy.checksParent)
    record.write(6, policy.parentTTL)
    record.write(7, policy.parentPropagation)
    record.write(8, policy.propagation)
  }

  static func readPolicy(ofKeys bytes: Span<UInt8>) -> SigningPolicy {
    var record = RecordReader(fields: bytes)
    var policy = SigningPolicy()
    while let tag = record.nextTag() {
      switch tag {
      case 1: policy.algorithm = algorithm(record.number) ?? .ecdsaP256
      case 2: policy.isSplit = record.flag
      case 3: policy.zskDays = days(record)
      case 4: policy.kskDays = days(record)
      case 5: policy.checksParent = record.flag
      case 6: policy.parentTTL = seconds(record)
      case 7: policy.parentPropagation = seconds(record)
      case 8: policy.propagation = seconds(record)
      default: continue
      }
    }
    return policy
  }

  /// Numbers that can be reckoned with, whatever is stored.
  private static func days(_ record: borrowing RecordReader) -> Int {
    min(max(0, record.number), Int(UInt16.max))
  }

  private static func seconds(_ record: borrowing RecordReader) -> Int {
    min(max(0, record.number), Int(Int32.max))
  }

  static func write(_ set: KeySet, _ record: inout RecordWriter) {
    for member in set.members { record.write(1) { write(member, &$0) } }
    for rollover in set.rollovers { record.write(2) { write(rollover, &$0) } }
    record.write(3, Int(set.zoneTTL))
    record.write(4, Int(set.formerUntil.seconds))
    record.write(5, Int(truncatingIfNeeded: set.revision))
  }

  private static func write(_ member: KeySet.Member, _ record: inout RecordWriter) {
    record.write(1, Int(member.id))
    record.write(2, Int(member.key.algorithm.rawValue))
    record.write(3, Int(member.key.role.rawValue))
    record.write(4, member.key.privateKey + member.key.publicKey)
    record.write(5, Int(member.created.seconds))
    if let active = member.active { record.write(6, Int(active.seconds)) }
  }

  private static func write(_ rollover: KeyRollover, _ record: inout RecordWriter) {
    record.write(1, Int(rollover.kind.rawValue))
    record.write(2, Int(rollover.phase.rawValue))
    record.write(3, Int(rollover.since.seconds))
    record.write(4, Int(rollover.until.seconds))
    for id in rollover.new { record.write(5, Int(id)) }
    for id in rollover.old { record.write(6, Int(id)) }
    if rollover.isSeen { record.write(7, true) }
  }

  /// Nil if a key or a rollover is none that this program knows, or they do not fit together: half a set would be
  /// worse than none.
  static func readKeySet(_ bytes: Span<UInt8>) -> KeySet? {
    var record = RecordReader(fields: bytes)
    var members: [KeySet.Member] = []
    var rollovers: [KeyRollover] = []
    var (zoneTTL, formerUntil, revision) = (0, 0, 0)
    while let tag = record.nextTag() {
      switch tag {
      case 1:
        guard let member = readMember(record.content) else { return nil }
        members.append(member)
      case 2:
        guard let rollover = readRollover(record.content) else { return nil }
        rollovers.append(rollover)
      case 3: zoneTTL = record.number
      case 4: formerUntil = record.number
      case 5: revision = record.number
      default: continue
      }
    }
    guard record.isAtEnd, revision >= 0 else { return nil }
    // A key that a rollover of its own has replaced was left in the first keys' once.
    let ids = members.map(\.id)
    var set = KeySet(
      members: members, rollovers: rollovers.map { $0.kind == .securing ? $0.keeping(ids) : $0 },
      zoneTTL: Int64(zoneTTL), formerUntil: WallTime(seconds: Int64(formerUntil)))
    set.revision = UInt64(revision)
    return set.isSound ? set : nil
  }

  private static func readMember(_ bytes: Span<UInt8>) -> KeySet.Member? {
    var record = RecordReader(fields: bytes)
    var (id, created): (UInt32?, WallTime) = (nil, WallTime(seconds: 0))
    var active: WallTime?
    var algorithm: SigningKey.Algorithm?
    var role: ZoneKey.Role?
    var numbers: [UInt8] = []
    while let tag = record.nextTag() {
      switch tag {
      case 1: id = UInt32(exactly: record.number)
      case 2: algorithm = Self.algorithm(record.number)
      case 3: role = UInt8(exactly: record.number).flatMap { ZoneKey.Role(rawValue: $0) }
      case 4:
        numbers.removeAll()
        numbers.append(record.content)
      case 5: created = WallTime(seconds: Int64(record.number))
      case 6: active = WallTime(seconds: Int64(record.number))
      default: continue
      }
    }
    guard record.isAtEnd, let id, let algorithm, let role,
      let key = ZoneKey(algorithm, role, numbers: numbers)
    else { return nil }
    return KeySet.Member(id: id, key: key, created: created, active: active)
  }

  private static func readRollover(_ bytes: Span<UInt8>) -> KeyRollover? {
    var record = RecordReader(fields: bytes)
    var kind: KeyRollover.Kind?
    var phase: KeyRollover.Phase?
    var (since, until, isSeen) = (0, 0, false)
    var (new, old): ([UInt32?], [UInt32?]) = ([], [])
    while let tag = record.nextTag() {
      switch tag {
      case 1: kind = UInt8(exactly: record.number).flatMap { KeyRollover.Kind(rawValue: $0) }
      case 2: phase = UInt8(exactly: record.number).flatMap { KeyRollover.Phase(rawValue: $0) }
      case 3: since = record.number
      case 4: until = record.number
      case 5: new.append(UInt32(exactly: record.number))
      case 6: old.append(UInt32(exactly: record.number))
      case 7: isSeen = record.flag
      default: continue
      }
    }
    let (newKeys, oldKeys) = (new.compactMap(\.self), old.compactMap(\.self))
    guard record.isAtEnd, let kind, let phase, newKeys.count == new.count,
      oldKeys.count == old.count
    else { return nil }
    var rollover = KeyRollover(
      kind, phase, since: WallTime(seconds: Int64(since)), until: WallTime(seconds: Int64(until)),
      new: newKeys, old: oldKeys)
    rollover.isSeen = isSeen
    return rollover
  }

  private static func algorithm(_ number: Int) -> SigningKey.Algorithm? {
    UInt8(exactly: number).flatMap { SigningKey.Algorithm(rawValue: $0) }
  }

  /// Whether `bytes`, a zone's private keys, hold some that sign its answers.
  static func hasSigningKeys(_ bytes: Span<UInt8>) -> Bool {
    guard var record = RecordReader(bytes, format: format) else { return false }
    while let tag = record.nextTag() {
      if tag == 2 || tag == 4 { return true }
    }
    return false
  }
}
