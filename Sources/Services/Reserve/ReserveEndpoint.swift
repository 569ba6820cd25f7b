// Where an object store is.

import Runtime

/// An address of the object store, as the operator gives it.
package struct ReserveEndpoint: Equatable, Sendable {
  package let host: String
  package let port: UInt16
  package let isTLS: Bool

  /// What is wrong with a URL, and what to write instead.
  package struct Fault: Error, Equatable {
    package let problem: String
  }

  /// Reads `https://host:port`.
  package init(_ text: String) throws(Fault) {
    let schemes = [("https://", true, UInt16(443)), ("http://", false, UInt16(80))]
    guard let (beginning, isTLS, usual) = schemes.first(where: { text.hasPrefix($0.0) }) else {
      throw Fault(problem: "does not begin with https:// or http://")
    }
    var authority = text.dropFirst(beginning.count)
    if authority.hasSuffix("/") { authority.removeLast() }
    guard !authority.contains(where: { "/?#@ ".contains($0) }) else {
      throw Fault(
        problem: "has more than scheme, host and port (the bucket is --reserve-bucket)")
    }
    var port = usual
    var host = authority
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      let digits = authority[authority.index(after: colon)...]
      guard let number = UInt16(digits), number > 0, digits.allSatisfy(\.isNumber) else {
        throw Fault(problem: "has no port from 1 to 65535 behind its colon")
      }
      port = number
      host = authority[..<colon]
    }
    let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
    if isAddress { host = host.dropFirst().dropLast() }
    guard !host.isEmpty, host.utf8.count <= 253,
      host.utf8.allSatisfy({ Self.isHostByte($0, isAddress: isAddress) }),
      !isAddress || SocketAddress(host: String(host), port: port) != nil
    else { throw Fault(problem: "has no host name or address") }
    self.host = host.lowercased()
    self.port = port
    self.isTLS = isTLS
  }

  private static func isHostByte(_ byte: UInt8, isAddress: Bool) -> Bool {
    let letter = byte | 0x20
    return letter >= 0x61 && letter <= 0x7a || byte >= 0x30 && byte <= 0x39 || byte == 0x2d
      || byte == 0x2e || isAddress && byte == 0x3a
  }

  /// Host and port as requests name them.
  var authority: [UInt8] {
    let text = host.contains(":") ? "[\(host)]" : host
    return Array((port == (isTLS ? 443 : 80) ? text : "\(text):\(port)").utf8)
  }

  /// The URL.
  package var text: String {
    (isTLS ? "https://" : "http://") + String(decoding: authority, as: UTF8.self)
  }

  /// The address, if it is given instead of a name.
  var fixedAddress: SocketAddress? { SocketAddress(host: host, port: port) }
}
