// Which records of one zone are left out on one loop.

import Primitives

/// A bit for each record of a zone that is checked, set while its address is not well. Confined to its loop:
/// answers read it, and what the checks find replaces it.
final class ZoneHealth {
  private(set) var hasIll = false
  private var ill = InlineArray<4, UInt64>(repeating: 0)
  private var targets: Set<CheckedAddress> = []
  /// Memory for the records that stay of a set: a run of contents.
  private(set) var gathered: [UInt8] = []

  /// `targets` are not well, of those that `records` have.
  func set(_ targets: Set<CheckedAddress>, _ records: [CheckedRecord]) {
    self.targets = targets
    update(records)
  }

  /// The zone has these `records` now; whose address is known not to be well stays out.
  func update(_ records: [CheckedRecord]) {
    ill = InlineArray(repeating: 0)
    hasIll = false
    guard !targets.isEmpty else { return }
    for record in records where targets.contains(record.target) {
      ill[record.number >> 6] |= 1 << UInt64(record.number & 63)
      hasIll = true
    }
  }

  /// Whether the record with that number, which is below `NameServiceLimits.checkedRecords`, is left out.
  func isIll(_ number: Int) -> Bool { ill[number >> 6] & 1 << UInt64(number & 63) != 0 }

  /// Gathers the records of a set that are well, of which the first has the number `first`. False if all of
  /// them are given: because they are well, or because none is.
  func gather(_ contents: Span<UInt8>, first: Int) -> Bool {
    gathered.removeAll(keepingCapacity: true)
    var place = 0
    var number = first
    while place < contents.count {
      let end = place + 2 + Int(contents.uint16(at: place))
      if !isIll(number) { gathered.append(contents.extracting(place..<end)) }
      place = end
      number += 1
    }
    return !gathered.isEmpty && gathered.count < contents.count
  }
}
