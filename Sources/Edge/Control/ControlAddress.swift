// Where the API of an edge is.

package import Runtime

/// A socket in the file system, or an address and port.
package enum ControlAddress: Equatable, Sendable, CustomStringConvertible {
  case path(String)
  case socket(SocketAddress)
  /// A name that the system's resolver knows.
  case host(String, port: UInt16)

  /// Reads `PATH` or `ADDRESS:PORT`; nil if it is empty. What has a slash, or no port, is a path.
  package init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    if let address = SocketAddress(text) {
      self = .socket(address)
    } else if !text.contains("/"), let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]), colon > text.startIndex
    {
      self = .host(String(text[..<colon]), port: port)
    } else {
      self = .path(text)
    }
  }

  package var description: String {
    switch self {
    case .path(let path): path
    case .socket(let address): address.description
    case .host(let name, let port): "\(name):\(port)"
    }
  }
}
