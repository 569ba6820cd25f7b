// What the changes that are not committed yet say to a request.

import Primitives

/// What is to be made of the index's entries of a digest, because of changes after them.
struct PendingAnswer {
  /// The record that was asked for, if it is among the changes.
  private var record: DiskRecord?
  /// Whether nothing that the index has is valid any more.
  private var hidesAll = false
  private var superseded: [UInt64] = []
  private var forgotten: [DiskPlace] = []
  private var touches: [DiskTouch] = []

  /// Looks through `changes`, oldest first, for a record of the zone under that number.
  init(
    _ changes: [PendingChange], zone: ZoneID, number: UInt32, suits: (DiskRecord) -> Bool
  ) {
    for change in changes.reversed() where !hidesAll && record == nil {
      switch change.kind {
      case .put(let record, let of):
        guard !superseded.contains(record.selection) else { continue }
        superseded.append(record.selection)
        guard of == number, record.zone == zone else { continue }
        let touched = touched(record)
        if suits(touched.withoutBody) { self.record = touched }
      case .touch(let touch): touches.append(touch)
      case .supersede(let selection): superseded.append(selection)
      case .remove: hidesAll = true
      case .forget(let place): forgotten.append(place)
      }
    }
  }

  /// What they say alone; `wouldWait` if the index decides.
  var finding: DiskFinding {
    if let record { return .pending(record) }
    return hidesAll ? .nothing : .wouldWait
  }

  /// What has become of an entry of the index; nil if it is void.
  func current(_ entry: DiskEntry) -> DiskEntry? {
    guard !hidesAll, !superseded.contains(entry.selection), !forgotten.contains(entry.place) else {
      return nil
    }
    // The newest change comes first and is the one that counts.
    return touches.first { $0.selection == entry.selection }?.applied(to: entry) ?? entry
  }

  private func touched(_ record: DiskRecord) -> DiskRecord {
    guard let touch = touches.first(where: { $0.selection == record.selection }) else {
      return record
    }
    var record = record
    record.receivedWall = touch.receivedWall
    record.expiresWall = touch.expiresWall
    record.sequence = touch.sequence
    return record
  }
}

extension DiskRecord {
  /// The same without its body.
  var withoutBody: DiskRecord {
    var record = self
    record.body = []
    return record
  }
}
