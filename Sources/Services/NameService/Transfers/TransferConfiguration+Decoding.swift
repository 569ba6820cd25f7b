// The keys of `transfers`: from a tree and back.

package import ConfigurationTree
import DNS
package import Runtime

extension TransferConfiguration {
  package static let keys = ["secondaries", "allow", "tsigKeys"]
  private static let keyKeys = ["name", "algorithm", "secret"]

  /// Takes what `value` says; what is wrong is noted.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    let limit = NameServiceLimits.secondaries
    let before = decoder.faults.count
    decoder.list("tsigKeys", in: object, limit: limit) { value, decoder in
      guard let key = Self.key(value, &decoder) else { return }
      if tsigKeys.contains(where: { $0.name == key.name }) {
        decoder.report(
          "is a key of the name \(key.nameText) once more", "Give each key a name of its own.",
          at: value.position)
      }
      tsigKeys.append(key)
    }
    // Whose key is wrong is told once.
    let knowsKeys = decoder.faults.count == before
    decoder.list("secondaries", in: object, limit: limit) { value, decoder in
      if let secondary = secondary(value, knowsKeys: knowsKeys, &decoder) {
        secondaries.append(secondary)
      }
    }
    decoder.list("allow", in: object, limit: limit) { value, decoder in
      if let rule = rule(value, knowsKeys: knowsKeys, &decoder) { allow.append(rule) }
    }
  }

  private static func key(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> TSIGKey? {
    guard let object = decoder.object(value, keys: keyKeys) else { return nil }
    let text = decoder.requiredString(
      "name", in: object, "Give the name that both servers know the key by.")
    let algorithm =
      decoder.choice("algorithm", in: object, TSIGAlgorithm.self)
      ?? (object.value("algorithm") == nil ? .sha256 : nil)
    let name = text.flatMap { TSIGKey.name($0) }
    if text != nil, name == nil {
      report(
        "name", "is no name of a key",
        "Give a domain name, as transfer.example, of \(NameServiceLimits.keyNameBytes) bytes at most "
          + "(those of its labels, one for each of them, and one).", object, &decoder)
    }
    var secret: [UInt8]?
    if let given = decoder.string("secret", in: object) {
      secret = TSIGKey.secret(given)
      if secret == nil {
        report(
          "secret",
          "is no secret in base64 of \(NameServiceLimits.leastSecretBytes) to "
            + "\(NameServiceLimits.secretBytes) bytes",
          "Make one: openssl rand -base64 32.", object, &decoder)
      }
    }
    guard let name, let algorithm else { return nil }
    return TSIGKey(name: name, algorithm: algorithm, secret: secret)
  }

  private func secondary(
    _ value: ConfigurationValue, knowsKeys: Bool, _ decoder: inout ConfigurationDecoder
  ) -> Secondary? {
    guard let object = decoder.object(value, keys: ["address", "tsigKey"]) else { return nil }
    let text = decoder.requiredString(
      "address", in: object, "Give the server's IP address, with a port if that is not 53.")
    let key = keyName(object, knowsKeys: knowsKeys, &decoder)
    guard let text else { return nil }
    guard let address = Self.address(text), address.port > 0 else {
      Self.report(
        "address", "is \"\(text)\", which is no IP address",
        "Write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.", object, &decoder)
      return nil
    }
    guard address.isOneHost else {
      Self.report(
        "address", "is \"\(text)\", which is no address of one server",
        "Give the address of the server itself: none for many, and not all zeros.", object, &decoder
      )
      return nil
    }
    guard !secondaries.contains(where: { $0.address == address }) else {
      Self.report(
        "address", "is \"\(text)\" once more", "Give each server once.", object, &decoder)
      return nil
    }
    return Secondary(address: address, tsigKey: key)
  }

  private func rule(
    _ value: ConfigurationValue, knowsKeys: Bool, _ decoder: inout ConfigurationDecoder
  ) -> Rule? {
    guard let object = decoder.object(value, keys: ["network", "tsigKey"]) else { return nil }
    var network: AddressRange?
    if let text = decoder.string("network", in: object) {
      network = AddressRange(text)
      if network == nil {
        Self.report(
          "network", "is \"\(text)\", which is no range of addresses",
          "Write 192.0.2.0/24 or 2001:db8::/32, with nothing but zeros behind the prefix.", object,
          &decoder)
      }
    }
    let key = keyName(object, knowsKeys: knowsKeys, &decoder)
    if object.value("network") == nil, object.value("tsigKey") == nil {
      decoder.report(
        "allows everybody", "Give a network, the name of a key, or both.", at: value.position)
    }
    return Rule(network: network, tsigKey: key)
  }

  /// The name of one of the keys, as far as these are known.
  private func keyName(
    _ object: ConfigurationObject, knowsKeys: Bool, _ decoder: inout ConfigurationDecoder
  ) -> DomainName? {
    guard let text = decoder.string("tsigKey", in: object) else { return nil }
    if let name = TSIGKey.name(text), !knowsKeys || tsigKeys.contains(where: { $0.name == name }) {
      return name.canonical
    }
    Self.report(
      "tsigKey", "is \"\(text)\", which is none of tsigKeys", "Give the key there, by that name.",
      object, &decoder)
    return nil
  }

  /// An address with or without a port.
  package static func address(_ text: String) -> SocketAddress? {
    SocketAddress(host: text, port: 53) ?? SocketAddress(text)
  }

  private static func report(
    _ key: String, _ problem: String, _ remedy: String, _ object: ConfigurationObject,
    _ decoder: inout ConfigurationDecoder
  ) {
    decoder.at(key) { $0.report(problem, remedy, at: object.value(key)?.position) }
  }

  /// What `init` takes; secrets only if they are asked for.
  package func tree(withSecrets: Bool) -> ConfigurationValue {
    .object([
      ("secondaries", .array(secondaries.map(\.tree))), ("allow", .array(allow.map(\.tree))),
      ("tsigKeys", .array(tsigKeys.map { $0.tree(withSecret: withSecrets) })),
    ])
  }
}

extension TransferConfiguration.Secondary {
  fileprivate var tree: ConfigurationValue {
    .object([
      ("address", .string(address.description)),
      ("tsigKey", tsigKey.map { .string(TSIGKey.text(of: $0)) }),
    ])
  }
}

extension TransferConfiguration.Rule {
  fileprivate var tree: ConfigurationValue {
    .object([
      ("network", network.map { .string($0.description) }),
      ("tsigKey", tsigKey.map { .string(TSIGKey.text(of: $0)) }),
    ])
  }
}

extension TSIGKey {
  fileprivate func tree(withSecret: Bool) -> ConfigurationValue {
    .object([
      ("name", .string(nameText)), ("algorithm", .string(algorithm.rawValue)),
      ("secret", withSecret ? secretText.map { .string($0) } : nil),
    ])
  }
}

extension SocketAddress {
  /// Whether it can be the address of one host: no multicast or broadcast, and not unspecified.
  fileprivate var isOneHost: Bool {
    if family == .ipv4 {
      let first = UInt8(truncatingIfNeeded: low >> 24)
      return first > 0 && first < 224
    }
    return high >> 56 != 0xff && (high != 0 || low != 0)
  }
}
