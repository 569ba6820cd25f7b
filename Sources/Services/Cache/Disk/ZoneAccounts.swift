// Who has how much on the disk.

import Primitives

/// Records and bytes of zones. A zone is known by a number, which it has in all entries of the index;
/// giving it up voids all of them at once.
struct ZoneAccounts {
  /// Rows by number; those of zones that have nothing are there while they have changes to come.
  private var rows: [UInt32: ZoneRow] = [:]
  private var numbers: [ZoneID: UInt32] = [:]
  /// Weights of zones that have no number (yet).
  private var weights: [ZoneID: Int] = [:]
  /// The number that the next zone gets; none is used twice.
  private(set) var nextNumber: UInt32 = 1
  /// Bytes of all numbers that are in use, and the weights of their zones.
  private var bytes = 0
  private var weightOfAll = 0
  /// Rows to be written though they have no change of bytes.
  private var unwritten: Set<UInt32> = []

  init() {}

  /// Accounts as the index has them.
  init(rows: [(number: UInt32, row: ZoneRow?)], nextNumber: UInt32) {
    self.nextNumber = nextNumber
    for case (let number, let row?) in rows {
      self.rows[number] = row
      self.nextNumber = max(self.nextNumber, number &+ 1)
      if !row.isVoid { numbers[row.zone] = number }
      count(row, 1)
    }
  }

  /// The number of a zone; nil if it has nothing here.
  func number(of zone: ZoneID) -> UInt32? { numbers[zone] }

  /// The number of a zone, a new one if it has none.
  mutating func makeNumber(for zone: ZoneID) -> UInt32 {
    if let number = numbers[zone] { return number }
    let number = nextNumber
    nextNumber += 1
    var row = ZoneRow(zone: zone)
    row.weight = weights.removeValue(forKey: zone) ?? 1
    numbers[zone] = number
    rows[number] = row
    return number
  }

  /// Whether what is under that number is still its zone's.
  func isCurrent(_ number: UInt32) -> Bool { rows[number].map { !$0.isVoid } ?? false }

  /// Gives a zone's number up.
  mutating func removeAll(of zone: ZoneID) {
    guard let number = numbers.removeValue(forKey: zone), var row = rows[number] else { return }
    count(row, -1)
    row.isVoid = true
    rows[number] = row
    weights[zone] = row.weight
    unwritten.insert(number)
  }

  mutating func setWeight(_ weight: Int, of zone: ZoneID) {
    guard let number = numbers[zone], var row = rows[number] else {
      weights[zone] = weight == 1 ? nil : weight
      return
    }
    guard row.weight != weight else { return }
    count(row, -1)
    row.weight = weight
    count(row, 1)
    rows[number] = row
    unwritten.insert(number)
  }

  /// Whether a zone has so little of what all have that it loses nothing.
  func isBelowShare(_ number: UInt32) -> Bool {
    guard let row = rows[number], !row.isVoid, weightOfAll > 0 else { return false }
    let share = Double(bytes) * Double(row.weight) / Double(weightOfAll)
    return Double(row.bytes) * 16 < share * Double(DiskLimits.shareSixteenths)
  }

  /// Whether there are rows to be written though no record changes.
  var hasUnwritten: Bool { !unwritten.isEmpty }

  /// Takes the numbers of those rows, which are to be written now.
  mutating func takeUnwritten() -> Set<UInt32> {
    defer { unwritten.removeAll() }
    return unwritten
  }

  /// Those rows could not be written.
  mutating func putBack(_ numbers: Set<UInt32>) { unwritten.formUnion(numbers) }

  /// The rows of `others` and of those that `changes` change as they will be then; nil removes one.
  func rows(
    after changes: [UInt32: DiskUse], and others: Set<UInt32>
  ) -> [(number: UInt32, row: ZoneRow?)] {
    Set(changes.keys).union(others).map { number in
      guard var row = rows[number] else { return (number, nil) }
      row.add(changes[number])
      return (number, row.objects == 0 ? nil : row)
    }
  }

  /// Takes over what was committed.
  mutating func apply(_ changes: [UInt32: DiskUse]) {
    for number in changes.keys {
      guard var row = rows[number] else { continue }
      count(row, -1)
      row.add(changes[number])
      count(row, 1)
      rows[number] = row.objects == 0 && row.isVoid ? nil : row
    }
  }

  /// Every zone with records: their number and bytes.
  var uses: [ZoneID: DiskUse] {
    var uses: [ZoneID: DiskUse] = [:]
    for (number, row) in rows where !row.isVoid && number == numbers[row.zone] {
      uses[row.zone] = DiskUse(objects: row.objects, bytes: row.bytes)
    }
    return uses
  }

  private mutating func count(_ row: ZoneRow, _ sign: Int) {
    guard !row.isVoid, row.bytes > 0 else { return }
    bytes += sign * row.bytes
    weightOfAll += sign * row.weight
  }
}

extension ZoneRow {
  /// Adds a change. Counts are restored from the index, so that one which damage made too small is
  /// no reason to stop.
  fileprivate mutating func add(_ change: DiskUse?) {
    guard let change else { return }
    objects = max(0, objects + change.objects)
    bytes = objects == 0 ? 0 : max(0, bytes + change.bytes)
  }
}
