// How the body of a large stored response is divided.

import Primitives

/// The slices that the body of a stored response lies in, each a stored response of its own: in
/// memory, on the disk, or still at the origin.
struct Slices: Equatable, Sendable {
  /// Told by no other body, so that slices of two versions of a response never mix.
  let id: UInt64
  /// Bytes of the whole body.
  let count: Int
  /// Bytes of every slice but the last.
  let sliceBytes: Int

  /// The range of the slice at `index`.
  func range(_ index: Int) -> Range<Int> {
    let start = index * sliceBytes
    return start..<min(count, start + sliceBytes)
  }

  /// The slice that has the byte at `offset`.
  func index(of offset: Int) -> Int { offset / sliceBytes }

  /// The slices of a body, in order.
  var indices: Range<Int> { 0..<(count + sliceBytes - 1) / sliceBytes }

  /// The key of the slice at `index`: the zone's prefix, a mark that no scheme has, and the numbers.
  func key(_ index: Int, of zone: ZoneID) -> [UInt8] {
    var key = CacheKey.prefix(zone)
    key.append(CacheKey.sliceMark)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      key.append(UInt8(truncatingIfNeeded: id >> shift))
    }
    for shift in stride(from: 0, to: 32, by: 8) {
      key.append(UInt8(truncatingIfNeeded: index >> shift))
    }
    return key
  }
}
