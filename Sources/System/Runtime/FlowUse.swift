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

  /// Moves this average by a sixteenth towards `flow`.
  mutating func approach(_ flow: FlowUse, in now: UInt16) {
    age(to: now)
    units = Self.approached(units, flow.units)
    piece = Self.approached(piece, flow.piece)
  }

  private static func approached<Value: FixedWidthInteger>(
    _ value: Value, _ goal: Value
  ) -> Value {
    goal >= value ? value + (goal - value) / 16 : value - (value - goal) / 16
  }
}
