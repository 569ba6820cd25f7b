// What a datagram socket is made for.

/// Who handles the datagrams of a socket.
package protocol DatagramHandler: AnyObject {
  /// Handles one datagram at once: replies through `arrival`, keeps a copy for later, or drops it.
  /// Charges the lane that pays. On the socket's loop.
  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival)
}
