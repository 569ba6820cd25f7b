// How many like responses one network gets in a second.

/// Response rate limiting: so that who forges sources can't use the server to flood them.
///
/// What is alike (the same network, zone, name and kind of answer; of names that do not exist the
/// name above them) is counted per second, and so is all that a network gets, lest many kinds do what
/// one can't. Beyond either limit one response in two is dropped, and the other says "truncated",
/// which is as long as the query, or a cookie longer: a resolver behind the forged source still gets
/// its answer over TCP. A fixed table: where two kinds share an entry the newer one takes it.
struct ResponseRateLimit {
  /// What becomes of a response.
  enum Verdict { case send, truncate, drop }

  /// Tag (32 bits), second (16), count (16).
  private var entries: [UInt64] = []
  private let perSecond: UInt64
  private let allPerSecond: UInt64
  /// Secret, so that nobody chooses what shares an entry.
  private let secret: UInt64

  /// Lets `perSecond` like responses through on `loops` loops together, among which the kernel
  /// spreads queries by their sources' ports; 0 is no limit.
  init(perSecond: Int, loops: Int = 1, secret: UInt64) {
    let share = (min(perSecond, 30_000) + loops - 1) / loops
    self.perSecond = UInt64(clamping: share)
    allPerSecond = UInt64(
      clamping: min(share * NameServiceLimits.kindsPerNetwork, 0xfff0))
    self.secret = secret
    if perSecond > 0 {
      entries = Array(repeating: 0, count: NameServiceLimits.rateEntries)
    }
  }

  var isOn: Bool { perSecond > 0 }

  /// Counts a response to the network whose hash is `network`: `zone`, `node` and `kind` say what it
  /// is like.
  mutating func count(
    network: UInt64, zone: UInt64, node: Int, kind: UInt8, second: UInt64
  ) -> Verdict {
    var like = network ^ (zone &* 0x9e37_79b9_7f4a_7c15)
    like ^= UInt64(truncatingIfNeeded: node) << 8 | UInt64(kind)
    let (ofKind, ofAll) = (count(like, second), count(~network, second))
    let count = ofKind > perSecond ? ofKind : ofAll
    guard ofKind > perSecond || ofAll > allPerSecond else { return .send }
    return count & 1 == 0 ? .truncate : .drop
  }

  /// Counts `key`; how many of it there have been in `second`.
  private mutating func count(_ key: UInt64, _ second: UInt64) -> UInt64 {
    var key = (key ^ key >> 31) &* 0xbf58_476d_1ce4_e5b9
    key = (key ^ key >> 27 ^ secret) &* 0x94d0_49bb_1331_11eb
    key ^= key >> 31
    let slot = Int(truncatingIfNeeded: key) & (entries.count - 1)
    let tag = key >> 32
    let present = second & 0xffff
    let entry = entries[slot]
    guard entry >> 32 == tag, entry >> 16 & 0xffff == present else {
      entries[slot] = tag << 32 | present << 16 | 1
      return 1
    }
    // At the end of its 16 bits it goes on between the last two.
    let count = entry & 0xffff == 0xffff ? 0xfffe : (entry & 0xffff) + 1
    entries[slot] = tag << 32 | present << 16 | count
    return count
  }
}
