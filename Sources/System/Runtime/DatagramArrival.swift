// One datagram of a batch, while it is handled.

/// Where a datagram came from, and where the reply to it goes. Valid during `DatagramHandler.received`.
package struct DatagramArrival {
  let batch: DatagramBatch
  let index: Int
  /// Ticks that receiving it took.
  let share: UInt64
  /// Who has paid for that so far.
  let payer: Lane
  /// Who sent it, as far as that can be believed.
  package let peer: SocketAddress

  /// The address that it was sent to; nil if the socket is bound to one address.
  package var local: SocketAddress? { batch.local(of: index) }

  /// Makes `lane` pay for having received it, for what was done with it so far, and for what follows.
  package func charge(_ lane: Lane) {
    payer.loop.chargeUnsettled(lane)
    payer.loop.move(share, from: payer, to: lane)
    lane.ledger.bytesIn += UInt64(batch.withMessage(index) { $0.count } ?? 0)
  }

  /// Replies with what `body` writes, which `lane` pays for; nothing written is no reply.
  package func reply(paidBy lane: Lane, _ body: DatagramWriter) {
    batch.reply(to: index, paidBy: lane, body)
  }
}
