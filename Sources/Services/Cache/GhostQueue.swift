// Which keys were evicted lately.

/// The ghost queue of S3-FIFO: fingerprints of what was evicted from the small queue, as many as
/// asked for, in buckets of four. It may forget early, never late.
struct GhostQueue {
  /// Fingerprint in the low half, sequence number in the high half; 0 is empty.
  private var slots: [UInt64] = []
  private var sequence: UInt32 = 0

  init() {}

  /// Remembers `hash`, with room for `limit` such.
  mutating func insert(_ hash: UInt64, limit: Int) {
    if slots.count < limit { grow(to: limit) }
    sequence &+= 1
    place(UInt64(sequence) << 32 | Self.fingerprint(hash))
  }

  /// Whether `hash` is one of the last `limit` that were remembered; it is forgotten then.
  mutating func take(_ hash: UInt64, limit: Int) -> Bool {
    guard !slots.isEmpty else { return false }
    let fingerprint = Self.fingerprint(hash)
    let bucket = bucketStart(fingerprint)
    for slot in bucket..<bucket + 4 where slots[slot] & 0xffff_ffff == fingerprint {
      let age = sequence &- UInt32(truncatingIfNeeded: slots[slot] >> 32)
      slots[slot] = 0
      return age < UInt32(clamping: limit)
    }
    return false
  }

  /// Whether `hash` is one of the last `limit` that were remembered.
  func holds(_ hash: UInt64, limit: Int) -> Bool {
    guard !slots.isEmpty else { return false }
    let fingerprint = Self.fingerprint(hash)
    let bucket = bucketStart(fingerprint)
    return (bucket..<bucket + 4).contains { slot in
      slots[slot] & 0xffff_ffff == fingerprint && age(slot) < UInt32(clamping: limit)
    }
  }

  /// Bytes that the queue takes.
  var bytes: Int { slots.count * 8 }

  private mutating func place(_ entry: UInt64) {
    let bucket = bucketStart(entry & 0xffff_ffff)
    var oldest = bucket
    for slot in bucket..<bucket + 4 where age(slot) > age(oldest) { oldest = slot }
    slots[oldest] = entry
  }

  private func age(_ slot: Int) -> UInt32 {
    slots[slot] == 0 ? .max : sequence &- UInt32(truncatingIfNeeded: slots[slot] >> 32)
  }

  private mutating func grow(to limit: Int) {
    let before = slots
    var size = 16
    while size < limit { size *= 2 }
    slots = Array(repeating: 0, count: size)
    for entry in before where entry != 0 { place(entry) }
  }

  private func bucketStart(_ fingerprint: UInt64) -> Int {
    Int(truncatingIfNeeded: fingerprint) & (slots.count - 1) & ~3
  }

  /// Never 0 (which means empty).
  private static func fingerprint(_ hash: UInt64) -> UInt64 {
    max(1, (hash >> 24) & 0xffff_ffff)
  }
}
