// A socket for datagrams, of one loop.

import CLinux
import Primitives

/// Receives datagrams in batches and sends the replies in batches. Loops that listen on one address
/// each have a socket of their own (SO_REUSEPORT).
///
/// A batch is one piece of work. What its system calls cost is paid by those whom the handler names,
/// in equal shares: a flood is charged to the tenant that it is for. The turn is the socket's lane's
/// all the same. Datagrams that the kernel does not take are dropped and counted, as any network may
/// do.
package final class DatagramSocket: Channel {
  private let handler: any DatagramHandler
  /// Datagrams received since the start.
  package private(set) var receivedCount: UInt64 = 0
  /// Receives that brought something.
  package private(set) var batchCount: UInt64 = 0
  /// Replies that the kernel did not take.
  package private(set) var droppedCount: UInt64 = 0
  package private(set) var lastError: RuntimeError?
  private var isPaused = false

  /// A socket over an open, bound descriptor, which it owns. It keeps `handler`.
  package init(descriptor: Int32, loop: EventLoop, handler: any DatagramHandler) {
    self.handler = handler
    super.init(descriptor: descriptor, on: loop.systemLane)
  }

  /// Opens a socket that receives datagrams sent to `address`; its descriptor.
  package static func bind(
    to address: SocketAddress, sharesPort: Bool = true
  ) throws(RuntimeError) -> Int32 {
    var raw = address.raw
    let result = unsafe skerry_bind_datagrams(
      &raw, RuntimeLimits.datagramBufferBytes, sharesPort)
    guard result >= 0 else {
      throw RuntimeError("receive on", address.description, result: Int(result))
    }
    return result
  }

  /// Throws if somebody receives on `address` already.
  package static func probe(_ address: SocketAddress) throws(RuntimeError) {
    skerry_close(try bind(to: address, sharesPort: false))
  }

  /// Whether `address` is one of this machine's own.
  package static func isLocal(_ address: SocketAddress) -> Bool {
    var own = address
    own.port = 0
    do throws(RuntimeError) {
      skerry_close(try bind(to: own, sharesPort: false))
      return true
    } catch { return false }
  }

  /// Takes over a bound socket that another process opened.
  package static func adopt(_ descriptor: Int32) throws(RuntimeError) {
    let result = skerry_keep_across_exec(descriptor, false)
    guard result >= 0 else {
      throw RuntimeError("take over", "socket \(descriptor)", result: Int(result))
    }
  }

  /// The address that the socket is bound to.
  package var address: SocketAddress { Listener.localAddress(of: descriptor) }

  /// Receives no more; what is sent here waits in the kernel, and then is lost.
  package func pause() { isPaused = true }

  package override func ready() {
    guard isOpen, canReceive, !isPaused else { return }
    receive()
  }

  private func receive() {
    let batch = loop.datagrams
    // What this lane did before is its own.
    loop.settle()
    let turn = loop.beginShared(lane)
    let received = batch.receive(from: descriptor)
    guard received > 0 else { return receivedNothing(-received) }
    let share = loop.share(among: received)
    receivedCount += UInt64(received)
    batchCount += 1
    for index in 0..<received {
      // What comes before the handler names who pays is not the one's who paid for the last datagram.
      loop.charge(lane)
      let arrival = DatagramArrival(
        batch: batch, index: index, share: share, payer: lane, peer: batch.peer(of: index))
      // Nobody can be answered at port 0.
      let isHandled =
        arrival.peer.port > 0
        && batch.withMessage(index) { handler.received($0, arrival) } != nil
      if !isHandled { arrival.charge(loop.arrivalLane(for: arrival.peer)) }
    }
    loop.charge(lane)
    flush()
    loop.endShared(turn, lane)
    if received < RuntimeLimits.datagramsPerBatch { stopReceiving() } else { enqueue() }
  }

  /// Receives what has come, between two pieces of another lane's work: what is for others does not wait
  /// for the end of that lane's turn. Nothing if the socket's lane has done so for a round already.
  package func receiveMeanwhile() {
    guard isOpen, !isPaused, loop.scheduler.mayBorrow(lane) else { return }
    let payer = loop.chargedLane ?? loop.systemLane
    loop.charge(lane)
    let before = lane.deficit
    receive()
    loop.charge(payer)
    lane.borrowedTicks += max(0, before - lane.deficit)
  }

  /// `error` is an errno; 0 if the socket was shut down.
  private func receivedNothing(_ error: Int) {
    switch error {
    case Self.tryAgain: stopReceiving()
    case Self.interrupted: enqueue()
    default:
      // Something may still be there, of which epoll does not tell again.
      lastError = RuntimeError("receive on", address.description, result: -error)
      setDeadline(loop.now.advanced(byNanoseconds: RuntimeLimits.receiveRetryNanoseconds))
    }
  }

  private static let tryAgain = 11
  private static let interrupted = 4

  /// Sends the replies of the loop's batch through this socket. On the lane that pays.
  package func flush() {
    let payer = loop.chargedLane ?? loop.systemLane
    loop.settle()
    droppedCount += UInt64(loop.datagrams.send(to: descriptor, paidBy: payer))
  }
}
