// Where notifications leave from.

import Runtime

/// A socket that notifications are sent from.
final class NotifySocket: DatagramHandler {
  private unowned let server: NameServer
  private(set) lazy var datagrams = DatagramSocket(
    descriptor: descriptor, loop: server.loop, handler: self)
  private let descriptor: Int32

  init(server: NameServer, descriptor: Int32) {
    self.server = server
    self.descriptor = descriptor
  }

  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
    server.receivedResponse(datagram, arrival)
  }
}
