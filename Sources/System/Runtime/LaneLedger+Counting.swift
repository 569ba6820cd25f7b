// What a piece of work took, for whom it is done.

extension LaneLedger {
  /// Runs `body` and says what it took of this thread, whose system lane is not charged for it; nil off the
  /// threads that are loops. Only within work of the system lane.
  package static func count<Result, E: Error>(
    _ body: () throws(E) -> Result
  ) throws(E) -> (Result, LaneLedger?) {
    guard let loop = EventLoop.current else { return (try body(), nil) }
    let payer = Lane(loop: loop, name: "tenant")
    loop.charge(payer)
    defer { loop.charge(loop.systemLane) }
    let result = try body()
    loop.charge(loop.systemLane)
    return (result, payer.ledger)
  }
}
