// Whom the edge asks for names that are not its own.

import NameService
import Runtime
import Storage

/// The resolvers that were named, or those of the system.
struct ResolverList: Sendable {
  private let named: [SocketAddress]

  init(_ named: [SocketAddress]) { self.named = named }

  /// Reads `/etc/resolv.conf` if none was named: not for loops. Without one it is this machine, as for
  /// others who read that file (resolv.conf(5)).
  @Sendable func servers() -> [SocketAddress] {
    guard named.isEmpty else { return named }
    guard case .success(let text) = TextFile.attempt("/etc/resolv.conf") else { return Self.usual }
    let found = Self.servers(in: text)
    return found.isEmpty ? Self.usual : found
  }

  private static let usual = [SocketAddress(ipv4: 127, 0, 0, 1, port: 53)]

  /// The name servers that the text of a resolv.conf lists.
  static func servers(in text: String) -> [SocketAddress] {
    let found = text.split(separator: "\n").compactMap { line -> SocketAddress? in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count >= 2, words[0] == "nameserver" else { return nil }
      return SocketAddress(host: String(words[1]), port: 53)
    }
    return Array(found.prefix(NameServiceLimits.resolvers))
  }
}
