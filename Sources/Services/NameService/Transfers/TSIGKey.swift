// A key of transaction signatures, as it is configured.

package import DNS
import Primitives
import TLS

/// A key that a zone shares with another server (RFC 8945). Its secret never appears in descriptions or
/// mirrors; only `secret` gives it out.
package struct TSIGKey: Hashable, Sendable {
  package let name: DomainName
  package let algorithm: TSIGAlgorithm
  /// The secret; nil where it is not shown (what a store gives out) or not changed (what it is given:
  /// the one stay that is stored for the same name and algorithm).
  package var secret: [UInt8]?

  package init(name: DomainName, algorithm: TSIGAlgorithm, secret: [UInt8]?) {
    self.name = name.canonical
    self.algorithm = algorithm
    self.secret = secret
  }

  /// The key of `NAME:ALGORITHM:SECRET`, the secret in base64; nil if the text is none.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let algorithm = TSIGAlgorithm(rawValue: parts[1].lowercased()),
      let name = Self.name(String(parts[0])), let secret = Self.secret(String(parts[2]))
    else { return nil }
    self.init(name: name, algorithm: algorithm, secret: secret)
  }

  /// The name of a key; nil if `text` is none, or too long to be one.
  package static func name(_ text: String) -> DomainName? {
    do throws(DNSError) {
      let name = try DomainName(text)
      return name.isRoot || name.bytes.count > NameServiceLimits.keyNameBytes ? nil : name
    } catch { return nil }
  }

  /// The bytes of a secret in base64; nil if `text` is none, or too short or long to be one.
  static func secret(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    var bytes: [UInt8] = []
    guard digits.count <= NameServiceLimits.secretBytes * 2, digits.span.decodeBase64(to: &bytes),
      (NameServiceLimits.leastSecretBytes...NameServiceLimits.secretBytes).contains(bytes.count)
    else { return nil }
    return bytes
  }

  /// What makes and checks codes; nil without the secret.
  var hmac: HMACKey? { secret.map { HMACKey(algorithm.digest, secret: $0) } }

  package var nameText: String { Self.text(of: name) }

  /// A key's name as it is written in configurations: without the root's dot.
  package static func text(of name: DomainName) -> String {
    var bytes: [UInt8] = []
    name.append(to: &bytes)
    if bytes.count > 1, bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The secret in base64.
  package var secretText: String? {
    secret.map { secret in
      var bytes: [UInt8] = []
      bytes.appendBase64(secret.span)
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

extension TSIGKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(key \(nameText))" }

  package var debugDescription: String { description }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
