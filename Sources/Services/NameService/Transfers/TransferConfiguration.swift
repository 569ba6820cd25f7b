// Who may have a zone as a whole, as it is configured: the key `transfers`.

package import DNS
package import Runtime

/// The servers that a zone is transferred to, and the keys that they sign with.
package struct TransferConfiguration: Hashable, Sendable {
  /// A server that is told of changes (RFC 1996) and may have the zone.
  package struct Secondary: Hashable, Sendable {
    package let address: SocketAddress
    /// The name of the key that it signs with; nil if it does not.
    package let tsigKey: DomainName?

    package init(address: SocketAddress, tsigKey: DomainName?) {
      self.address = address
      self.tsigKey = tsigKey
    }
  }

  /// Others who may have the zone: whose address is in `network`, and who sign with `tsigKey`, as far as
  /// these are told.
  package struct Rule: Hashable, Sendable {
    package let network: AddressRange?
    package let tsigKey: DomainName?

    package init(network: AddressRange?, tsigKey: DomainName?) {
      self.network = network
      self.tsigKey = tsigKey
    }
  }

  package var secondaries: [Secondary] = []
  package var allow: [Rule] = []
  package var tsigKeys: [TSIGKey] = []

  package init() {}

  /// Whether nobody may have the zone, and no key is known.
  package var isEmpty: Bool { secondaries.isEmpty && allow.isEmpty && tsigKeys.isEmpty }

  /// Whether somebody may have the zone.
  package var hasReaders: Bool { !secondaries.isEmpty || !allow.isEmpty }

  /// Whether the zone may be given to `address`, which has signed with the key `key`, or not at all.
  package func allows(_ address: SocketAddress, key: DomainName?) -> Bool {
    secondaries.contains { secondary in
      secondary.address.hasHost(of: address)
        && (secondary.tsigKey == nil || secondary.tsigKey == key)
    }
      || allow.contains { rule in
        rule.network?.contains(address) != false && (rule.tsigKey == nil || rule.tsigKey == key)
      }
  }

  /// The key of this name and algorithm; nil if there is none.
  func key(_ record: TSIGRecord) -> TSIGKey? {
    tsigKeys.first { $0.name == record.keyName && $0.algorithm.name == record.algorithm }
  }

  /// The key of a secondary; nil if it has none.
  func key(of secondary: Secondary) -> TSIGKey? {
    secondary.tsigKey.flatMap { name in tsigKeys.first { $0.name == name } }
  }

  /// The same without secrets.
  package var withoutSecrets: TransferConfiguration {
    var copy = self
    for index in copy.tsigKeys.indices { copy.tsigKeys[index].secret = nil }
    return copy
  }

  /// Takes over the secrets of `other` for keys that have none here.
  package mutating func takeSecrets(from other: TransferConfiguration) {
    for index in tsigKeys.indices where tsigKeys[index].secret == nil {
      let key = tsigKeys[index]
      tsigKeys[index].secret =
        other.tsigKeys.first { $0.name == key.name && $0.algorithm == key.algorithm }?.secret
    }
  }
}

extension SocketAddress {
  /// Whether both are of one host, whatever their ports.
  fileprivate func hasHost(of other: SocketAddress) -> Bool {
    family == other.family && high == other.high && low == other.low
  }
}
