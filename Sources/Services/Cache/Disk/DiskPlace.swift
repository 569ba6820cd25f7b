// Where a record lies.

/// The segment and the offset, in bytes, at which a record begins. No two records ever have the same:
/// numbers of segments are not used again.
struct DiskPlace: Hashable {
  let segment: UInt32
  let offset: UInt32
}
