// What must not be forgotten of a zone's objects in the store when the process ends.

import Primitives

/// A zone's marks, and its removals that are not done yet, with the bytes in which they are kept.
struct VoidNote: Equatable, Sendable {
  /// All that was written until then is void.
  var writtenUntil = never
  /// All that was received before is.
  var receivedBefore = never
  /// What was received before, of a group of targets.
  var groups: [UInt16: WallTime] = [:]
  /// Digests of targets that are to be removed.
  var removals: [[UInt8]] = []

  /// Before everything.
  static let never = WallTime(seconds: 0)
  private static let version: UInt64 = 1
  private static let digestBytes = 16

  init() {}

  /// All that there is by now is void, whatever its group.
  mutating func loseAll(now: WallTime) {
    groups = [:]
    writtenUntil = max(writtenUntil, now)
    receivedBefore = max(receivedBefore, now)
  }

  var isEmpty: Bool { self == VoidNote() }

  /// All numbers with their least byte first: 8 bytes each, of groups 2 and 8.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for number in [
      Self.version, UInt64(bitPattern: writtenUntil.seconds),
      UInt64(bitPattern: receivedBefore.seconds), UInt64(groups.count), UInt64(removals.count),
    ] {
      Self.append(number, 8, to: &bytes)
    }
    for (group, time) in groups.sorted(by: { $0.key < $1.key }) {
      Self.append(UInt64(group), 2, to: &bytes)
      Self.append(UInt64(bitPattern: time.seconds), 8, to: &bytes)
    }
    for digest in removals {
      precondition(digest.count == Self.digestBytes)
      bytes += digest
    }
    return bytes
  }

  /// Reads what `bytes` gave; nil for anything else.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    func number(_ count: Int) -> UInt64? {
      guard rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    func time() -> WallTime? {
      number(8).map { WallTime(seconds: Int64(bitPattern: $0)) }
    }
    guard number(8) == Self.version, let written = time(), let received = time(),
      let groupCount = number(8), let removalCount = number(8)
    else { return nil }
    (writtenUntil, receivedBefore) = (written, received)
    guard groupCount <= UInt64(ReserveLimits.groupsPerZone),
      removalCount <= UInt64(ReserveLimits.waitingRemovals)
    else { return nil }
    for _ in 0..<groupCount {
      guard let group = number(2), group < UInt64(ReserveLimits.groupsPerZone), let time = time()
      else { return nil }
      groups[UInt16(group)] = time
    }
    for _ in 0..<removalCount {
      guard rest.count >= Self.digestBytes else { return nil }
      removals.append(Array(rest.prefix(Self.digestBytes)))
      rest = rest.dropFirst(Self.digestBytes)
    }
    guard rest.isEmpty, groups.count == Int(groupCount) else { return nil }
  }

  private static func append(_ number: UInt64, _ count: Int, to bytes: inout [UInt8]) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(index * 8))) }
  }
}
