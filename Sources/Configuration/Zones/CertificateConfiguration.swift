// A certificate of a zone.

package import ConfigurationTree

/// A certificate chain and its private key.
package struct CertificateConfiguration: Equatable, Sendable {
  /// PEM text: the certificate, then the intermediate ones.
  package var chain: String

  /// The key; nil where it is not shown (what a store gives out) or not changed (what it is given:
  /// the key that is stored with the same chain stays).
  package var key: PrivateKey?

  package init(chain: String, key: PrivateKey?) {
    self.chain = chain
    self.key = key
  }
}

extension CertificateConfiguration {
  package static let keys = ["chain", "key"]

  /// Takes a certificate out of `value`; nil, and noted, if it has no chain.
  package static func decode(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> CertificateConfiguration? {
    guard let object = decoder.object(value, keys: keys) else { return nil }
    let chain = decoder.requiredString(
      "chain", in: object, "Give the certificate and its intermediate ones as PEM text.")
    let key = decoder.string("key", in: object)
    if let chain {
      check(chain, "chain", has: "CERTIFICATE-----", object, &decoder)
    }
    if let key { check(key, "key", has: "PRIVATE KEY-----", object, &decoder) }
    return chain.map { CertificateConfiguration(chain: $0, key: key.map { PrivateKey(pem: $0) }) }
  }

  private static func check(
    _ text: String, _ name: String, has mark: String, _ object: ConfigurationObject,
    _ decoder: inout ConfigurationDecoder
  ) {
    let position = object.value(name)?.position
    decoder.at(name) { decoder in
      if text.utf8.count > ZonesLimits.certificateBytes {
        decoder.report(
          "has \(text.utf8.count) bytes",
          "Give at most \(ZonesLimits.certificateBytes): the certificate and what signed it.",
          at: position)
      } else if !text.contains("-----BEGIN ") || !text.contains(mark) {
        decoder.report(
          "is no PEM text", "Give text that has -----BEGIN … \(mark) in it.", at: position)
      }
    }
  }

  /// The certificate as a tree; with its key only if that is asked for.
  package func tree(withKey: Bool) -> ConfigurationValue {
    .object([
      ("chain", .string(chain)),
      ("key", withKey ? key.map { .string($0.pem) } : nil),
    ])
  }
}
