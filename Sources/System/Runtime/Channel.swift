// A descriptor whose readiness runs as work on a lane.

package import Primitives
import CLinux

/// A socket registered with its loop's epoll, edge-triggered, for life.
///
/// Subclasses override `ready`, which runs on the channel's lane whenever the descriptor became
/// readable, was hung up or, if a send was cut short before, became writable again.
open class Channel: LoopWork {
  /// What one receive brought.
  package enum Received: Sendable {
    /// So many bytes are in the loop's shared input buffer.
    case bytes(Int)
    case wouldBlock
    /// The peer has finished sending.
    case end
    case failed(RuntimeError)
  }

  /// What one send achieved.
  package enum Sent: Sendable {
    /// So many bytes went to the kernel; fewer than asked means that it takes no more now.
    case bytes(Int)
    case failed(RuntimeError)
  }

  @usableFromInline package final private(set) var descriptor: Int32
  /// False once a receive showed that nothing is left, until epoll says otherwise.
  package final private(set) var canReceive = true
  /// False once a send was cut short, until epoll says otherwise.
  package final private(set) var canSend = true
  /// The peer has closed, or the connection is broken; what it sent before can still be received.
  package final private(set) var isHungUp = false
  /// Nothing that is sent reaches the peer: it reset the connection, or both sides have ended it.
  package final private(set) var isBroken = false
  /// Bytes that the kernel took; wraps.
  package final private(set) var sentByteCount: UInt64 = 0
  private final var isRegistered = false

  /// A channel over an open, non-blocking descriptor, which it owns.
  package init(descriptor: Int32, on lane: Lane) {
    self.descriptor = descriptor
    super.init(on: lane)
  }

  deinit { if descriptor >= 0 { skerry_close(descriptor) } }

  @inlinable package final var isOpen: Bool { descriptor >= 0 }

  /// Called on the lane's turn; see the type.
  open func ready() {}

  open override func run() { ready() }

  /// Lets events reach this channel; the loop keeps it alive until `close`.
  package final func register() throws(RuntimeError) {
    guard !isRegistered else { return }
    // Safe: balanced in `close`.
    let owner = unsafe Unmanaged.passRetained(self)
    let result = unsafe skerry_epoll_add(loop.epoll, descriptor, owner.toOpaque())
    guard result >= 0 else {
      unsafe owner.release()
      throw RuntimeError("watch", "a socket", result: Int(result))
    }
    isRegistered = true
  }

  /// Receives once into the loop's shared input buffer (`EventLoop.withInput`).
  package final func receive(atMost limit: Int = RuntimeLimits.inputBytes) -> Received {
    let room = min(limit, RuntimeLimits.inputBytes)
    // Safe: the buffer has `inputBytes` bytes.
    let result = unsafe skerry_receive(descriptor, loop.input.baseAddress, room)
    return received(Int(result), room: room)
  }

  /// Receives once into the free part of `storage`.
  package final func receive(into storage: ByteStorage) -> Received {
    var result = 0
    let room = storage.free
    _ = unsafe storage.fill { buffer in
      result = unsafe Int(skerry_receive(descriptor, buffer.baseAddress, buffer.count))
      return max(0, result)
    }
    return received(result, room: room)
  }

  private final func received(_ result: Int, room: Int) -> Received {
    if result > 0 {
      lane.ledger.bytesIn += UInt64(result)
      // Fewer than asked: the socket is drained, and epoll tells when more comes.
      if result < room && !isHungUp { canReceive = false }
      return .bytes(result)
    }
    if result == 0 { return .end }
    if -result == Self.tryAgain {
      canReceive = false
      return .wouldBlock
    }
    if -result == Self.interrupted { return .wouldBlock }
    return .failed(RuntimeError("receive from", "a socket", result: result))
  }

  /// Sends as much of `bytes` as the kernel takes.
  package final func send(_ bytes: Span<UInt8>) -> Sent {
    // Safe: borrowed for the call.
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe skerry_send(descriptor, buffer.baseAddress, buffer.count)
    }
    return sent(Int(result), of: bytes.count)
  }

  /// Sends `head` and then `body` in one system call.
  package final func send(_ head: Span<UInt8>, _ body: Bytes) -> Sent {
    // Safe: borrowed for the call.
    let result = unsafe head.withUnsafeBytes { first in
      unsafe body.withUnsafeBytes { second in
        unsafe withUnsafeTemporaryAllocation(of: skerry_slice.self, capacity: 2) { slices in
          unsafe slices[0] = skerry_slice(base: first.baseAddress, count: first.count)
          unsafe slices[1] = skerry_slice(base: second.baseAddress, count: second.count)
          return unsafe skerry_send_slices(descriptor, slices.baseAddress, 2)
        }
      }
    }
    return sent(Int(result), of: head.count + body.count)
  }

  /// Sends `slices` in order in one system call.
  final func send(_ slices: UnsafeBufferPointer<skerry_slice>, total: Int) -> Sent {
    let result = unsafe skerry_send_slices(descriptor, slices.baseAddress, Int32(slices.count))
    return sent(Int(result), of: total)
  }

  /// Sends `head` and then `body` out of the file that holds it, of which nothing is copied.
  package final func send(_ head: Span<UInt8>, file body: Bytes) -> Sent {
    // Safe: borrowed for the call.
    let result = unsafe head.withUnsafeBytes { buffer in
      unsafe skerry_send_more(descriptor, buffer.baseAddress, buffer.count)
    }
    let ofHead = sent(Int(result), of: head.count)
    guard case .bytes(let count) = ofHead, count == head.count else { return ofHead }
    switch send(file: body) {
    case .bytes(let ofBody): return .bytes(count + ofBody)
    case .failed(let error): return .failed(error)
    }
  }

  /// Sends `bytes` out of the file that holds them: nothing is copied.
  final func send(file bytes: Bytes) -> Sent {
    let result = skerry_send_file(
      descriptor, bytes.file, Int64(bytes.fileOffset), bytes.count)
    return sent(Int(result), of: bytes.count)
  }

  private final func sent(_ result: Int, of total: Int) -> Sent {
    if result >= 0 {
      lane.ledger.bytesOut += UInt64(result)
      sentByteCount &+= UInt64(result)
      if result < total { canSend = false }
      return .bytes(result)
    }
    if -result == Self.tryAgain || -result == Self.interrupted {
      canSend = false
      return .bytes(0)
    }
    return .failed(RuntimeError("send to", "a socket", result: result))
  }

  /// Whether bytes or the peer's end wait to be received. Nothing is received, so this may be asked
  /// in the middle of another channel's turn, which has the loop's input buffer.
  package final var hasInput: Bool { isOpen && skerry_has_input(descriptor) }

  /// Bytes that were sent and have not reached the peer yet.
  package final var unacknowledgedBytes: Int {
    isOpen ? Int(skerry_unacknowledged(descriptor)) : 0
  }

  /// Has the kernel ask a silent peer now and then whether it still knows the connection. One that
  /// closed it altogether answers by a reset once it has forgotten it (Linux: after a minute).
  package final func probePeer() {
    if isOpen { _ = skerry_probe_peer(descriptor, RuntimeLimits.probeSeconds) }
  }

  /// Says that nothing more will be sent.
  package final func shutdownWrite() { if isOpen { skerry_shutdown_write(descriptor) } }

  /// Closes the descriptor; `reset` tells the peer that the connection broke (RST), so that nothing
  /// that it has received so far passes for complete.
  package final func close(reset: Bool = false) {
    guard isOpen else { return }
    setDeadline(.never)
    if reset { skerry_reset_on_close(descriptor) }
    if isRegistered {
      // A descriptor that another process shares would stay in epoll after close.
      skerry_epoll_remove(loop.epoll, descriptor)
      loop.retired.append(self)
      // Safe: balances `register`; `retired` keeps the object until the round ends.
      unsafe Unmanaged.passUnretained(self).release()
      isRegistered = false
    }
    skerry_close(descriptor)
    descriptor = -1
  }

  /// A receive showed that nothing is left.
  final func stopReceiving() { canReceive = false }

  final func readinessCame(_ readiness: UInt32) {
    guard isOpen else { return }
    var wakes = false
    if readiness & SKERRY_READABLE != 0 {
      canReceive = true
      wakes = true
    }
    if readiness & SKERRY_HANGUP != 0 {
      canReceive = true
      isHungUp = true
      isBroken = isBroken || readiness & SKERRY_BROKEN != 0
      wakes = true
    }
    if readiness & SKERRY_WRITABLE != 0 && !canSend {
      canSend = true
      wakes = true
    }
    if wakes { enqueue() }
  }

  private static let tryAgain = 11
  private static let interrupted = 4
}
