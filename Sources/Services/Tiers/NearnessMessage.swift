// How servers tell each other how far they are from origins.

/// What a server of the upper tier tells another: zones, one a line, each with the round trip to its origin in
/// nanoseconds (`example.org 11000000`); a line `?` asks for the same in return.
package struct NearnessMessage: Sendable, Equatable {
  /// The receiver is to tell all that it knows.
  package var asksBack: Bool
  package var zones: [String: UInt64]

  /// What a server tells, of at most `TierLimits.zonesPerMessage` zones.
  package init(asksBack: Bool, zones: [String: UInt64]) {
    self.asksBack = asksBack
    self.zones = zones
  }

  /// What content says; lines that are not understood say nothing.
  package init(_ content: [UInt8]) {
    self.init(asksBack: false, zones: [:])
    for line in content.split(separator: 0x0a) {
      if line.elementsEqual([0x3f]) {
        asksBack = true
        continue
      }
      let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
      guard words.count == 2, (1...TierLimits.zoneNameBytes).contains(words[0].count),
        words[1].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
        let nanoseconds = UInt64(String(decoding: words[1], as: UTF8.self)),
        zones.count < TierLimits.zonesPerMessage
      else { continue }
      zones[String(decoding: words[0], as: UTF8.self)] = nanoseconds
    }
  }

  /// The message's lines.
  package var content: [UInt8] {
    var content: [UInt8] = asksBack ? [0x3f, 0x0a] : []
    for (zone, nanoseconds) in zones.sorted(by: { $0.key < $1.key }) {
      content.append(contentsOf: "\(zone) \(nanoseconds)\n".utf8)
    }
    return content
  }
}
