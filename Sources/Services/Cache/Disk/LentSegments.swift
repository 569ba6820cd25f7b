// Which segments something is lent of.

import Primitives

/// Counts what is lent of segments: those are not evicted until all of it was given back. No zone has
/// more segments lent for it than it leaves for the others; what others have borrowed before it may share.
struct LentSegments {
  private var uses: [UInt32: Use] = [:]
  private var countOfZones: [ZoneID: Int] = [:]

  /// What is lent of a segment.
  private struct Use {
    var count: Int
    /// For whom it was lent first.
    let zone: ZoneID
  }

  init() {}

  var count: Int { uses.count }

  func holds(_ segment: UInt32) -> Bool { uses[segment] != nil }

  /// Lends once more of a segment, for a zone, where `limit` may be lent in all; false if it may not.
  mutating func lend(_ segment: UInt32, for zone: ZoneID, limit: Int) -> Bool {
    if uses[segment] != nil {
      uses[segment]?.count += 1
      return true
    }
    let ofZone = (countOfZones[zone] ?? 0) + 1
    guard uses.count < limit, ofZone <= limit - uses.count else { return false }
    uses[segment] = Use(count: 1, zone: zone)
    countOfZones[zone] = ofZone
    return true
  }

  /// What was lent once is given back.
  mutating func giveBack(_ segment: UInt32) {
    guard var use = uses[segment] else { preconditionFailure("nothing is lent of the segment") }
    use.count -= 1
    guard use.count == 0 else {
      uses[segment] = use
      return
    }
    uses[segment] = nil
    let ofZone = (countOfZones[use.zone] ?? 0) - 1
    precondition(ofZone >= 0)
    countOfZones[use.zone] = ofZone == 0 ? nil : ofZone
  }
}
