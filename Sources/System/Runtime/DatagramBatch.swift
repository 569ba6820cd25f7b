// Datagrams that are received, and replies that are sent, with one system call for many.

import CLinux

/// Writes a datagram into room for `RuntimeLimits.replyDatagramBytes`; returns its length, 0 for none.
package typealias DatagramWriter = (inout MutableSpan<UInt8>) -> Int

/// The buffers of one loop for datagrams: what one receive brought, and the replies to it.
///
/// Used within one piece of work: whoever adds replies sends them before it ends. Confined to its
/// loop.
@safe package final class DatagramBatch {
  private let batch: OpaquePointer
  /// Messages that the last receive brought.
  private(set) var count = 0
  /// Receives so far.
  package private(set) var receiveCount: UInt64 = 0
  /// Replies that wait for `send`.
  package private(set) var replyCount = 0
  /// Who pays for them.
  private var payers: [Lane?]

  init() {
    // Out of memory here is out of memory for everything.
    guard
      let batch = unsafe skerry_batch_create(
        Int32(RuntimeLimits.datagramsPerBatch), Int32(RuntimeLimits.datagramBytes),
        Int32(RuntimeLimits.replyDatagramBytes))
    else { preconditionFailure("no memory for a loop's datagrams") }
    unsafe self.batch = batch
    payers = Array(repeating: nil, count: RuntimeLimits.datagramsPerBatch)
  }

  deinit { unsafe skerry_batch_free(batch) }

  /// Whether no more replies fit in before the next `send`.
  package var isFull: Bool { replyCount == RuntimeLimits.datagramsPerBatch }

  /// Receives what is there, up to a batch; the negated errno if nothing is.
  func receive(from descriptor: Int32) -> Int {
    let result = unsafe Int(skerry_batch_receive(batch, descriptor))
    count = max(0, result)
    receiveCount &+= 1
    return result
  }

  /// Lends message `index` to `body`; nil if it was longer than there is room, and is broken off.
  @discardableResult func withMessage<Result>(
    _ index: Int, _ body: (Span<UInt8>) -> Result
  ) -> Result? {
    precondition(index < count)
    var length: Int32 = 0
    guard let base = unsafe skerry_batch_message(batch, Int32(index), &length) else { return nil }
    // Safe: the message's buffer lives as long as the batch; the next receive comes after `body`.
    let bytes = unsafe UnsafeBufferPointer(start: base, count: Int(length))
    return body(unsafe Span(_unsafeElements: bytes))
  }

  func peer(of index: Int) -> SocketAddress {
    precondition(index < count)
    var raw = skerry_address()
    unsafe skerry_batch_peer(batch, Int32(index), &raw)
    return SocketAddress(raw)
  }

  /// The address that message `index` was sent to; nil if the socket is bound to one.
  func local(of index: Int) -> SocketAddress? {
    precondition(index < count)
    var raw = skerry_address()
    unsafe skerry_batch_local(batch, Int32(index), &raw)
    return raw.family == 0 ? nil : SocketAddress(raw)
  }

  /// Adds what `body` writes as the reply to message `index`; nothing written is no reply.
  func reply(to index: Int, paidBy lane: Lane, _ body: DatagramWriter) {
    precondition(index < count)
    let length = write(body)
    guard length > 0 else { return }
    unsafe skerry_batch_answer(batch, Int32(replyCount), Int32(index), Int32(length))
    take(length, paidBy: lane)
  }

  /// Adds what `body` writes as a datagram to `peer`, from `local` if that is known.
  package func reply(
    to peer: SocketAddress, from local: SocketAddress?, paidBy lane: Lane,
    _ body: DatagramWriter
  ) {
    let length = write(body)
    guard length > 0 else { return }
    var target = peer.raw
    var source = local?.raw ?? skerry_address()
    unsafe skerry_batch_address(batch, Int32(replyCount), &target, &source, Int32(length))
    take(length, paidBy: lane)
  }

  private func take(_ length: Int, paidBy lane: Lane) {
    lane.ledger.bytesOut += UInt64(length)
    payers[replyCount] = lane
    replyCount += 1
  }

  private func write(_ body: DatagramWriter) -> Int {
    precondition(!isFull, "send before more replies are added")
    // Safe: the slot's buffer has that many bytes and is nobody else's until it is sent.
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: skerry_batch_reply(batch, Int32(replyCount)),
      count: RuntimeLimits.replyDatagramBytes)
    var room = unsafe MutableSpan(_unsafeElements: buffer)
    let length = body(&room)
    precondition(length <= RuntimeLimits.replyDatagramBytes)
    return length
  }

  /// Sends all replies, and lets those pay who had them written, not `payer`, whose turn it is; how
  /// many the kernel did not take.
  func send(to descriptor: Int32, paidBy payer: Lane) -> Int {
    guard replyCount > 0 else { return 0 }
    var next = 0
    var dropped = 0
    while next < replyCount {
      let result = unsafe Int(
        skerry_batch_send(batch, descriptor, Int32(next), Int32(replyCount - next)))
      if result > 0 {
        next += result
      } else if -result == Self.tryAgain {
        dropped += replyCount - next
        break
      } else if -result != Self.interrupted {
        // The first one can't be sent (its network is gone): the others can.
        dropped += 1
        next += 1
      }
    }
    let share = payer.loop.share(among: replyCount)
    for index in 0..<replyCount {
      if let lane = payers[index] { payer.loop.move(share, from: payer, to: lane) }
      payers[index] = nil
    }
    replyCount = 0
    return dropped
  }

  private static let tryAgain = 11
  private static let interrupted = 4
}
