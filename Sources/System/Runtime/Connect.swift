// Opening connections, and asking the resolver.

import CLinux

/// Starting a connection and learning how it went.
package enum Connect {
  /// Starts connecting to `address` and returns the descriptor at once; the channel over it is
  /// ready to send when the connection stands or has failed (`result`).
  package static func start(to address: SocketAddress) throws(RuntimeError) -> Int32 {
    var raw = address.raw
    return try descriptor(unsafe skerry_connect(&raw), to: address.description)
  }

  /// A socket for datagrams to and from `address` alone; the descriptor.
  package static func start(datagramsTo address: SocketAddress) throws(RuntimeError) -> Int32 {
    var raw = address.raw
    return try descriptor(unsafe skerry_connect_datagrams(&raw), to: address.description)
  }

  /// Connects to a socket in the file system; the descriptor.
  package static func start(path: String) throws(RuntimeError) -> Int32 {
    try descriptor(unsafe skerry_connect_path(path), to: path)
  }

  private static func descriptor(
    _ result: Int32, to target: String
  ) throws(RuntimeError) -> Int32 {
    guard result >= 0 else { throw RuntimeError("connect to", target, result: Int(result)) }
    return result
  }

  /// How connecting went, once the descriptor can be sent to.
  package static func result(
    of descriptor: Int32, to address: SocketAddress
  ) throws(RuntimeError) {
    let result = skerry_connect_result(descriptor)
    guard result >= 0 else {
      throw RuntimeError("connect to", address.description, result: Int(result))
    }
  }

  /// How long the kernel found a packet and its acknowledgement to take on a TCP connection, in nanoseconds;
  /// nil if it can't tell.
  package static func roundTripNanoseconds(of descriptor: Int32) -> UInt64? {
    let result = skerry_round_trip(descriptor)
    return result > 0 ? UInt64(result) : nil
  }

  /// A connected pair of sockets.
  package static func pair() throws(RuntimeError) -> (Int32, Int32) {
    var descriptors: (Int32, Int32) = (0, 0)
    let result = unsafe withUnsafeMutablePointer(to: &descriptors) { pointer in
      unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) {
        unsafe skerry_socket_pair($0)
      }
    }
    guard result >= 0 else { throw RuntimeError("make", "a socket pair", result: Int(result)) }
    return descriptors
  }

  /// Asks the system's resolver, which may block for long: for threads made for that only.
  package static func resolve(_ host: String, port: UInt16) throws(RuntimeError) -> [SocketAddress]
  {
    try unsafe withUnsafeTemporaryAllocation(
      of: skerry_address.self, capacity: 16
    ) { buffer throws(RuntimeError) in
      let count = unsafe skerry_resolve(host, buffer.baseAddress, Int32(buffer.count))
      guard count > 0 else {
        throw RuntimeError("resolve", host, result: count == 0 || count < -1000 ? -2 : Int(count))
      }
      return (0..<Int(count)).map { index in
        var address = SocketAddress(unsafe buffer[index])
        address.port = port
        return address
      }
    }
  }
}
