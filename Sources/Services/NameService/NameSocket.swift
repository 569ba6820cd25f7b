// A UDP socket of the name service.

import Runtime

/// Hands the datagrams of one socket to the server.
final class NameSocket: DatagramHandler {
  private unowned let server: NameServer
  let index: Int
  private(set) lazy var datagrams = DatagramSocket(
    descriptor: descriptor, loop: server.loop, handler: self)
  private let descriptor: Int32

  init(server: NameServer, index: Int, descriptor: Int32) {
    self.server = server
    self.index = index
    self.descriptor = descriptor
  }

  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
    server.received(datagram, arrival, socket: index)
  }
}
