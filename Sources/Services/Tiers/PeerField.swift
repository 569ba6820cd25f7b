// What servers tell each other beside a request.

package import HTTP
import Primitives
package import Runtime

/// The value of the field Skerry-Peer, which goes with each request from server to server:
/// `hops="lil-1 par-1", for=192.0.2.1, proto=https, id=00f1, owner=1`. Nothing that a client sends is read as one.
package struct PeerField: Sendable, Equatable {
  /// The servers that the request has passed, the last of them last.
  package var hops: [[UInt8]]
  /// The client's address; nil if it has none.
  package var client: SocketAddress?
  package var isTLS: Bool
  package var requestID: UInt64
  /// The sender has the key, and asks this server since it is nearer to the origin.
  package var isOwner: Bool

  package init(
    hops: [[UInt8]], client: SocketAddress?, isTLS: Bool, requestID: UInt64, isOwner: Bool = false
  ) {
    self.isOwner = isOwner
    self.hops = hops
    self.client = client.flatMap { $0.family == .local ? nil : $0 }
    self.isTLS = isTLS
    self.requestID = requestID
  }

  /// What a field says; nil if it is not as above.
  package init?(_ value: Span<UInt8>) {
    guard value.count <= TierLimits.fieldBytes else { return nil }
    var hops: [[UInt8]]?
    var client: SocketAddress?
    var isTLS: Bool?
    var requestID: UInt64?
    var isOwner = false
    for member in Self.split(value, at: 0x2c) {
      guard let equals = member.firstIndex(of: 0x3d) else { return nil }
      let text = Array(member[(equals + 1)...])
      switch String(decoding: member[..<equals], as: UTF8.self) {
      case "hops":
        guard text.count >= 2, text.first == 0x22, text.last == 0x22 else { return nil }
        hops = Self.split(text.span.extracting(1..<text.count - 1), at: 0x20)
      case "for":
        guard let address = SocketAddress(host: String(decoding: text, as: UTF8.self), port: 0)
        else { return nil }
        client = address
      case "proto":
        guard text == Array("https".utf8) || text == Array("http".utf8) else { return nil }
        isTLS = text.count == 5
      case "id":
        guard let id = UInt64(String(decoding: text, as: UTF8.self), radix: 16) else { return nil }
        requestID = id
      case "owner":
        guard text == [0x31] else { return nil }
        isOwner = true
      default: continue
      }
    }
    guard let hops, let isTLS, let requestID, (1...TierLimits.hops).contains(hops.count)
    else { return nil }
    self.init(
      hops: hops, client: client, isTLS: isTLS, requestID: requestID, isOwner: isOwner)
  }

  /// The members between separators, without spaces around them; none that is empty.
  private static func split(_ value: Span<UInt8>, at separator: UInt8) -> [[UInt8]] {
    var members: [[UInt8]] = [[]]
    for index in value.indices {
      let byte = value[index]
      if byte == separator {
        members.append([])
      } else if byte != 0x20 || separator != 0x2c || !(members.last?.isEmpty ?? true) {
        members[members.count - 1].append(byte)
      }
    }
    return members.filter { !$0.isEmpty }
  }

  /// Appends the field.
  package func append(to fields: inout FieldBlock) {
    fields.append(.skerryPeer) { output in
      output.append("hops=\"")
      for (index, hop) in hops.enumerated() {
        if index > 0 { output.append(0x20) }
        output.append(contentsOf: hop)
      }
      output.append("\", proto=")
      output.append(isTLS ? "https" : "http")
      output.append(", id=")
      output.append(contentsOf: String(requestID, radix: 16).utf8)
      if let client {
        output.append(", for=")
        output.append(contentsOf: client.host.utf8)
      }
      if isOwner { output.append(", owner=1") }
    }
  }
}
