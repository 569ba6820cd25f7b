// Transfers that wait.

/// Transfers for which it is being found, off the loop, what they send.
struct TransfersInPlanning {
  var waiting: [UInt64: (transfer: ZoneTransfer, asker: Asker)] = [:]
  var number: UInt64 = 0
  /// The transfer that the query over UDP that was answered last asks for.
  var asked: ZoneTransfer?

  /// Who waits for it.
  enum Asker {
    case stream(NameStream)
    case datagram(HeldQueries.Origin)
  }

  init() {}
}
