// The URL of an origin: scheme, host and port, nothing else.

import Primitives

extension OriginConfiguration {
  /// Reads `http://host:port`: what of a URL an origin has.
  package enum URL {
    /// Why a URL can't be an origin's.
    package struct Fault: Error, Equatable {
      package let problem: String
      package let remedy: String
    }

    /// The origin that `text` names, all else at its default.
    package static func parse(_ text: String) throws(Fault) -> OriginConfiguration {
      guard
        let scheme = OriginConfiguration.Scheme.allCases.first(where: {
          text.hasPrefix($0.beginning)
        })
      else {
        throw Fault(
          problem: "is \"\(text)\", which does not begin with http:// or https://",
          remedy: "Write http://HOST or https://HOST, with :PORT if it is not 80 or 443.")
      }
      let authority = Substring(text.utf8.dropFirst(scheme.beginning.utf8.count))
      if let end = authority.utf8.firstIndex(where: { end in
        end == UInt8(ascii: "/") || end == UInt8(ascii: "?") || end == UInt8(ascii: "#")
      }) {
        throw Fault(
          problem: "is \"\(text)\", which has more than scheme, host and port",
          remedy: "The path comes from the request: write "
            + "\(scheme.beginning)\(authority[..<end]).")
      }
      guard !authority.utf8.contains(UInt8(ascii: "@")) else {
        throw Fault(
          problem: "has a user name in it", remedy: "Write only scheme, host and port.")
      }
      let (host, portText) = try split(authority, of: text)
      var port: UInt16?
      if let portText {
        guard let number = UInt16(portText), number > 0, portText.utf8.allSatisfy(\.isASCIIDigit)
        else {
          throw Fault(
            problem: "has the port \"\(portText)\"", remedy: "Give a port from 1 to 65535.")
        }
        port = number
      }
      return OriginConfiguration(scheme: scheme, host: host.lowercased(), port: port)
    }

    /// The URL of `origin`, without a port that its scheme implies.
    static func write(_ origin: OriginConfiguration) -> String {
      let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
      let port = origin.port == origin.scheme.port ? "" : ":\(origin.port)"
      return "\(origin.scheme.beginning)\(host)\(port)"
    }

    private static func split(
      _ authority: Substring, of text: String
    ) throws(Fault) -> (host: Substring, port: Substring?) {
      if authority.hasPrefix("[") {
        guard let end = authority.firstIndex(of: "]") else {
          throw Fault(problem: "is \"\(text)\", whose bracket is not closed", remedy: addressRemedy)
        }
        let address = authority[authority.index(after: authority.startIndex)..<end]
        let rest = authority[authority.index(after: end)...]
        guard isIPv6(address), rest.isEmpty || rest.hasPrefix(":") else {
          throw Fault(
            problem: "is \"\(text)\", which has no IPv6 address in brackets", remedy: addressRemedy)
        }
        return (address, rest.isEmpty ? nil : rest.dropFirst())
      }
      let colon = authority.utf8.firstIndex(of: UInt8(ascii: ":"))
      let host = authority[..<(colon ?? authority.endIndex)]
      guard isHost(host) else {
        throw Fault(
          problem: "is \"\(text)\", whose host \"\(host)\" is no host name or address",
          remedy: "Write a host name (letters, digits, hyphens, dots), an IPv4 address, or an IPv6 "
            + "address in brackets.")
      }
      return (host, colon.map { authority[authority.index(after: $0)...] })
    }

    private static let addressRemedy = "Write an IPv6 address as [2001:db8::1]."

    /// Letters, digits, hyphens, underscores (private networks have them) and dots, as names are made.
    private static func isHost(_ host: Substring) -> Bool {
      guard !host.isEmpty, host.utf8.count <= 253 else { return false }
      var labelBytes = 0
      for byte in host.utf8 {
        if byte == UInt8(ascii: ".") {
          guard labelBytes > 0 else { return false }
          labelBytes = 0
          continue
        }
        let letter = byte | 0x20
        let isAllowed =
          letter >= 97 && letter <= 122 || byte >= 48 && byte <= 57
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        labelBytes += 1
        guard isAllowed, labelBytes <= 63 else { return false }
      }
      return labelBytes > 0
    }

    /// RFC 4291 section 2.2, without a dotted quad at the end.
    private static func isIPv6(_ text: Substring) -> Bool {
      let halves = text.split(separator: "::", omittingEmptySubsequences: false)
      guard halves.count <= 2 else { return false }
      var groups = 0
      for half in halves where !half.isEmpty {
        for group in half.split(separator: ":", omittingEmptySubsequences: false) {
          guard (1...4).contains(group.utf8.count), UInt16(group, radix: 16) != nil,
            group.first != "+"
          else { return false }
          groups += 1
        }
      }
      return halves.count == 2 ? groups <= 7 : groups == 8
    }
  }
}
