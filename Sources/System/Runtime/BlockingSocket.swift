// A socket for command-line tools, which have no loop to wait in.

import CLinux

/// A connected socket whose calls block, each for a bounded time. Never for an edge's loops.
package struct BlockingSocket: ~Copyable {
  private let descriptor: Int32
  private let peer: String

  /// Connects to the socket in the file system at `path`. Every call waits `timeoutSeconds` at most.
  package init(path: String, timeoutSeconds: Int32) throws(RuntimeError) {
    let opened = try Connect.start(path: path)
    try Self.prepare(opened, timeoutSeconds)
    descriptor = opened
    peer = path
  }

  /// Connects to `address`. Every call waits `timeoutSeconds` at most.
  package init(address: SocketAddress, timeoutSeconds: Int32) throws(RuntimeError) {
    let opened = try Connect.start(to: address)
    do throws(RuntimeError) {
      let ready = skerry_wait(opened, true, Int64(timeoutSeconds) * 1_000)
      guard ready > 0 else {
        let result = ready == 0 ? Self.timedOut : Int(ready)
        throw RuntimeError("connect to", address.description, result: result)
      }
      try Connect.result(of: opened, to: address)
    } catch {
      skerry_close(opened)
      throw error
    }
    try Self.prepare(opened, timeoutSeconds)
    descriptor = opened
    peer = address.description
  }

  /// For datagrams to and from `address` alone. Every call waits `timeoutSeconds` at most.
  package init(
    datagramsTo address: SocketAddress, timeoutSeconds: Int32
  ) throws(RuntimeError) {
    let opened = try Connect.start(datagramsTo: address)
    try Self.prepare(opened, timeoutSeconds)
    descriptor = opened
    peer = address.description
  }

  deinit { skerry_close(descriptor) }

  /// Sends all of `bytes`.
  package func send(_ bytes: Span<UInt8>) throws(RuntimeError) {
    var done = 0
    while done < bytes.count {
      // Safe: the span is borrowed for the call.
      let result = unsafe bytes.extracting(done...).withUnsafeBytes { buffer in
        unsafe Int(skerry_send(descriptor, buffer.baseAddress, buffer.count))
      }
      guard result > 0 else { throw failure("send to", result) }
      done += result
    }
  }

  /// Appends what has come, at most `limit` bytes, to `buffer`, and returns how much; 0 at the end.
  package func receive(
    atMost limit: Int = 64 << 10, into buffer: inout [UInt8]
  ) throws(RuntimeError) -> Int {
    var result = 0
    // Safe: the kernel writes at most `limit` bytes, for which the array has room.
    buffer.append(addingCapacity: limit) { span in
      unsafe span.withUnsafeMutableBufferPointer { room, filled in
        result = unsafe Int(skerry_receive(descriptor, room.baseAddress, limit))
        filled += max(0, result)
      }
    }
    guard result >= 0 else { throw failure("receive from", result) }
    return result
  }

  private static func prepare(_ opened: Int32, _ timeoutSeconds: Int32) throws(RuntimeError) {
    let result = skerry_make_blocking(opened, timeoutSeconds)
    guard result < 0 else { return }
    skerry_close(opened)
    throw RuntimeError("prepare", "a socket", result: Int(result))
  }

  /// The kernel says "try again" when the time is over.
  private func failure(_ operation: String, _ result: Int) -> RuntimeError {
    RuntimeError(operation, peer, result: result == -11 ? Self.timedOut : result)
  }

  private static let timedOut = -110
}
