// How much CPU a flow used lately, and how much its next piece of work may take.

/// CPU used lately: what was used before counts half with every period that passes.
struct FlowUse {
  /// Units of 64 ticks.
  private(set) var units: UInt32 = 0
  private var period: UInt16 = 0
  /// What a piece of the flow's work took lately, in units.
  private var piece: UInt16 = 0

  private static let unitShift: UInt64 = 6

  /// The period of an instant; periods are an eighth of a second long.
  static func period(atNanoseconds nanoseconds: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: nanoseconds >> 27)
  }

  /// Whether this flow is to go first, where `usual` is used on average. Counts the piece to come.
  func isLight(among usual: FlowUse) -> Bool {
    let expected = units &+ UInt32(piece)
    return expected <= usual.units / 2
      || (piece <= usual.piece / 2 && expected / 2 <= usual.units)
  }

  /// Halves the use for every period until `now`.
  mutating func age(to now: UInt16) {
    guard period != now else { return }
    units >>= UInt32(now &- period)
    period = now
  }

  /// Counts a piece of work that took `ticks`, in the period `now`.
  mutating func add(_ ticks: UInt64, in now: UInt16) {
    age(to: now)
    let taken = UInt16(clamping: ticks >> Self.unitShift)
    piece = (piece >> 1) + (taken >> 1)
    // Half of the range, so that what is expected can't overflow.
    units = min(units &+ UInt32(taken), .max >> 1)
  }

  /// Moves this average towards `flow`, whose piece took `ticks`, by a sixteenth or, for a short
  /// piece, by less: so it is an average over CPU time, not over pieces.
  mutating func approach(_ flow: FlowUse, ticks: UInt64, in now: UInt16) {
    age(to: now)
    let taken = Int64(UInt16(clamping: ticks >> Self.unitShift))
    let whole = 16 * max(taken, Int64(piece), 1)
    units = UInt32(Int64(units) + (Int64(flow.units) - Int64(units)) * taken / whole)
    piece = UInt16(Int64(piece) + (taken - Int64(piece)) * taken / whole)
  }
}
