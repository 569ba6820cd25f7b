// A listening socket of one loop.

import Primitives
import CLinux

/// Accepts connections for one loop. Loops that listen on one address each have a socket of their
/// own (SO_REUSEPORT), so that the kernel spreads connections and no loop wakes for another's.
package final class Listener: Channel {
  private let accepted: (Int32, SocketAddress) -> Void
  private var isPaused = false
  /// Once it is to close, connections that it still accepts.
  private var lastAccepts: Int?
  /// Connections accepted since the start.
  package private(set) var acceptedCount: UInt64 = 0
  package private(set) var lastError: RuntimeError?

  /// A listener over an open listening socket. `accepted` gets each connection's descriptor, which
  /// it owns, and the peer's address.
  package init(
    descriptor: Int32, loop: EventLoop, accepted: @escaping (Int32, SocketAddress) -> Void
  ) {
    self.accepted = accepted
    super.init(descriptor: descriptor, on: loop.systemLane)
  }

  /// Opens a socket that listens on `address`; its descriptor.
  package static func listen(
    on address: SocketAddress, sharesPort: Bool = true
  ) throws(RuntimeError) -> Int32 {
    var raw = address.raw
    let result = unsafe skerry_listen(&raw, RuntimeLimits.listenBacklog, sharesPort)
    guard result >= 0 else {
      throw RuntimeError("listen on", address.description, result: Int(result))
    }
    return result
  }

  /// Throws if somebody listens on `address` already.
  package static func probe(_ address: SocketAddress) throws(RuntimeError) {
    skerry_close(try listen(on: address, sharesPort: false))
  }

  /// Opens a socket in the file system that only this user may connect to; its descriptor.
  package static func listen(path: String) throws(RuntimeError) -> Int32 {
    let result = unsafe skerry_listen_path(path, RuntimeLimits.listenBacklog)
    guard result >= 0 else { throw RuntimeError("listen on", path, result: Int(result)) }
    return result
  }

  /// Takes over a listening socket that another process opened.
  package static func adopt(_ descriptor: Int32) throws(RuntimeError) {
    let result = skerry_listen_reuse(descriptor, RuntimeLimits.listenBacklog)
    guard result >= 0 else {
      throw RuntimeError("take over", "listener \(descriptor)", result: Int(result))
    }
  }

  /// Has the kernel give to `descriptor`, of all sockets that share its port, what the core `core`
  /// receives (SO_INCOMING_CPU, Linux 6.2), where it spreads by a hash else. Datagram sockets too.
  package static func steer(_ descriptor: Int32, to core: Int32) throws(RuntimeError) {
    let result = skerry_set_incoming_cpu(descriptor, core)
    guard result >= 0 else {
      throw RuntimeError("steer", "listener \(descriptor)", result: Int(result))
    }
  }

  /// The address that the socket is bound to.
  package var address: SocketAddress { Self.localAddress(of: descriptor) }

  /// The address that any socket is bound to; port 0 became a real one.
  package static func localAddress(of descriptor: Int32) -> SocketAddress {
    var raw = skerry_address()
    _ = unsafe skerry_local_address(descriptor, &raw)
    return SocketAddress(raw)
  }

  /// Stops accepting; connections wait in the kernel's queue.
  package func pause() { isPaused = true }

  /// Accepts again.
  package func resume() {
    guard isPaused else { return }
    isPaused = false
    enqueue()
  }

  /// Accepts what waits in the kernel's queue, at most a whole queue, and closes: what is in it at the
  /// end is reset. While it is paused that waits for `resume`.
  package func finish() {
    guard isOpen else { return }
    lastAccepts = Int(RuntimeLimits.listenBacklog)
    enqueue()
  }

  package override func deadlineReached() { enqueue() }

  package override func ready() {
    var budget = RuntimeLimits.acceptsPerTurn
    while isOpen && !isPaused {
      guard budget > 0 else {
        enqueue()
        return
      }
      budget -= 1
      if let left = lastAccepts {
        guard left > 0 else { return close() }
        lastAccepts = left - 1
      }
      var raw = skerry_address()
      let result = unsafe skerry_accept(descriptor, &raw)
      if result >= 0 {
        acceptedCount += 1
        accepted(result, SocketAddress(raw))
      } else if -result != 103 && -result != 4 {  // ECONNABORTED and EINTR: the next one
        if lastAccepts != nil { return close() }
        if -result != 11 { backOff(Int(result)) }
        return
      }
    }
  }

  /// Out of descriptors or memory: connections wait in the kernel's queue for a tenth of a second.
  private func backOff(_ result: Int) {
    lastError = RuntimeError("accept on", address.description, result: result)
    setDeadline(loop.now + .milliseconds(100))
  }
}
