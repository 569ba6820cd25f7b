// What a ClientHello says that decides who answers it.

import Primitives

/// The facts of a ClientHello (RFC 8446 section 4.1.2).
package struct ClientHello: Equatable, Sendable {
  /// The name of the server_name extension in lower case without a final dot; nil without one.
  package let serverName: [UInt8]?
  /// The protocols of the client's ALPN list that we speak, in its order.
  package let protocols: [ApplicationProtocol]
  /// Whether 0-RTT data follows.
  package let offersEarlyData: Bool
  /// The handshake message as it was received, for fingerprints; empty unless captured.
  package internal(set) var message: [UInt8] = []
}

extension ClientHello {
  /// What is wrong with an extension.
  enum Fault: Error {
    /// Its bytes don't add up.
    case malformed
    /// It holds a name that is no host name.
    case notAHostName
  }

  /// The host name of a server_name extension's bytes (RFC 6066 section 3).
  ///
  /// Letters, digits, hyphens, underscores and dots only; one final dot is dropped.
  static func serverName(_ bytes: Span<UInt8>) throws(Fault) -> [UInt8] {
    guard bytes.count >= 5 else { throw .malformed }
    let listLength = Int(bytes[0]) << 8 | Int(bytes[1])
    let nameLength = Int(bytes[3]) << 8 | Int(bytes[4])
    guard listLength == bytes.count - 2, bytes[2] == 0, nameLength == bytes.count - 5 else {
      throw .malformed
    }
    let end = nameLength > 1 && bytes[bytes.count - 1] == 0x2e ? bytes.count - 1 : bytes.count
    guard nameLength > 0, end - 5 <= Limits.serverNameBytes else { throw .notAHostName }
    var name: [UInt8] = []
    name.reserveCapacity(end - 5)
    var labelLength = 0
    for index in 5..<end {
      let byte = bytes[index].asciiLowercased
      switch byte {
      case 0x2e:
        guard labelLength > 0 else { throw .notAHostName }
        labelLength = 0
      case 0x61...0x7a, 0x30...0x39, 0x2d, 0x5f:
        labelLength += 1
        guard labelLength <= 63 else { throw .notAHostName }
      default: throw .notAHostName
      }
      name.append(byte)
    }
    guard labelLength > 0 else { throw .notAHostName }
    return name
  }

  /// The protocols that we speak of an ALPN extension's bytes (RFC 7301 section 3.1).
  static func protocols(_ bytes: Span<UInt8>) throws(Fault) -> [ApplicationProtocol] {
    guard bytes.count >= 2, Int(bytes[0]) << 8 | Int(bytes[1]) == bytes.count - 2 else {
      throw .malformed
    }
    var protocols: [ApplicationProtocol] = []
    var position = 2
    var seen = 0
    while position < bytes.count {
      let length = Int(bytes[position])
      guard length > 0, position + 1 + length <= bytes.count else { throw .malformed }
      let name = bytes.extracting(position + 1..<position + 1 + length)
      if seen < Limits.offeredProtocols, let known = ApplicationProtocol(name) {
        protocols.append(known)
      }
      seen += 1
      position += 1 + length
    }
    return protocols
  }
}

extension ClientHello {
  /// Whether `name` (as from `serverName`) and `other`, in any ASCII case and with or without a
  /// final dot, are the same host name.
  static func isSameName(_ name: [UInt8], _ other: String) -> Bool {
    var bytes = other.utf8.map { $0.asciiLowercased }
    if bytes.count > 1, bytes.last == 0x2e { bytes.removeLast() }
    return bytes == name
  }
}
