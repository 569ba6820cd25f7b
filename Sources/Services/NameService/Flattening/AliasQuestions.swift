// Targets of aliases that are being asked for.

/// What one loop has asked for, by numbers, so that answers come back to zones that nobody else keeps.
/// Confined to its loop.
struct AliasQuestions {
  private var number: UInt64 = 0
  private var open: [UInt64: (zone: NameZone, entry: AliasAddresses.Entry)] = [:]

  /// Notes a question; its number.
  mutating func begin(_ zone: NameZone, _ entry: AliasAddresses.Entry) -> UInt64 {
    number += 1
    open[number] = (zone, entry)
    return number
  }

  mutating func end(_ number: UInt64) -> (zone: NameZone, entry: AliasAddresses.Entry)? {
    open.removeValue(forKey: number)
  }
}
