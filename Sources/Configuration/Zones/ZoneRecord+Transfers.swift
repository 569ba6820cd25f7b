// Transfers of a zone as bytes in the store.

import NameService
import Primitives
import Runtime

extension ZoneRecord {
  static func write(_ transfers: TransferConfiguration, _ record: inout RecordWriter) {
    for secondary in transfers.secondaries {
      record.write(1) { inner in
        inner.write(1, secondary.address.description)
        inner.write(2, secondary.tsigKey.map { TSIGKey.text(of: $0) })
      }
    }
    for rule in transfers.allow {
      record.write(2) { inner in
        inner.write(1, rule.network?.description)
        inner.write(2, rule.tsigKey.map { TSIGKey.text(of: $0) })
      }
    }
    for key in transfers.tsigKeys {
      record.write(3) { inner in
        inner.write(1, key.nameText)
        inner.write(2, key.algorithm.rawValue)
      }
    }
  }

  static func writeSecret(_ key: TSIGKey, _ record: inout RecordWriter) {
    record.write(1, key.nameText)
    record.write(2, key.secret ?? [])
  }

  static func readTransfers(_ bytes: Span<UInt8>) -> TransferConfiguration {
    var record = RecordReader(fields: bytes)
    var transfers = TransferConfiguration()
    while let tag = record.nextTag() {
      switch tag {
      case 1: if let one = readSecondary(record.content) { transfers.secondaries.append(one) }
      case 2: if let one = readRule(record.content) { transfers.allow.append(one) }
      case 3: if let one = readKey(record.content) { transfers.tsigKeys.append(one) }
      default: continue
      }
    }
    return transfers
  }

  /// Gives a key of `transfers` the secret that `bytes` hold for it.
  static func readSecret(_ bytes: Span<UInt8>, into transfers: inout TransferConfiguration) {
    var secret: [UInt8] = []
    let name = texts(bytes, 1) { secret.append($0) }
    guard let name = name.first, let key = TSIGKey.name(name),
      let index = transfers.tsigKeys.firstIndex(where: { $0.name == key })
    else { return }
    transfers.tsigKeys[index].secret = secret
  }

  private static func readSecondary(
    _ bytes: Span<UInt8>
  ) -> TransferConfiguration.Secondary? {
    var key: [UInt8]?
    let addresses = texts(bytes, 1) { key = copy($0) }
    guard let address = addresses.first.flatMap({ SocketAddress($0) }) else { return nil }
    guard let key else { return .init(address: address, tsigKey: nil) }
    // Whose key is not known any more is nobody.
    return TSIGKey.name(String(decoding: key, as: UTF8.self)).map {
      .init(address: address, tsigKey: $0)
    }
  }

  private static func readRule(_ bytes: Span<UInt8>) -> TransferConfiguration.Rule? {
    var key: [UInt8]?
    let networks = texts(bytes, 1) { key = copy($0) }
    let network = networks.first.flatMap { AddressRange($0) }
    let name = key.flatMap { TSIGKey.name(String(decoding: $0, as: UTF8.self)) }
    // What can't be read must not allow more than was meant.
    guard networks.isEmpty == (network == nil), (key == nil) == (name == nil),
      network != nil || name != nil
    else { return nil }
    return .init(network: network, tsigKey: name)
  }

  private static func readKey(_ bytes: Span<UInt8>) -> TSIGKey? {
    var algorithm: [UInt8] = []
    let names = texts(bytes, 1) { algorithm.append($0) }
    guard let name = names.first.flatMap({ TSIGKey.name($0) }),
      let algorithm = TSIGAlgorithm(rawValue: String(decoding: algorithm, as: UTF8.self))
    else { return nil }
    return TSIGKey(name: name, algorithm: algorithm, secret: nil)
  }

  /// The texts of the fields `tag`; `other` is given the fields of the tag behind it.
  private static func texts(
    _ bytes: Span<UInt8>, _ tag: UInt64, _ other: (Span<UInt8>) -> Void
  ) -> [String] {
    var record = RecordReader(fields: bytes)
    var texts: [String] = []
    while let found = record.nextTag() {
      if found == tag { texts.append(record.text) }
      if found == tag + 1 { other(record.content) }
    }
    return texts
  }

  private static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(bytes)
    return copy
  }
}
