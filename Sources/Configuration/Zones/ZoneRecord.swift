// A zone as bytes in the store.

import Cache
import ContentCoding
import NameService
import Origin
package import Primitives
import Tiers

/// The stored form of a zone: the configuration without private keys, and the keys apart.
///
/// Tags are never used again for something else. What a record lacks has its default.
package enum ZoneRecord {
  static let format: UInt8 = 1

  // MARK: - Writing

  /// `zone` without its private keys.
  package static func write(_ zone: ZoneConfiguration) -> [UInt8] {
    var record = RecordWriter(format: format)
    record.write(1, zone.name)
    for hostname in zone.hostnames { record.write(2, hostname.description) }
    for origin in zone.origins { record.write(3) { write(origin, &$0) } }
    for certificate in zone.certificates { record.write(4, certificate.chain) }
    record.write(5) { tls in
      tls.write(1, zone.tls.minimumVersion.rawValue)
      tls.write(2, zone.tls.acceptsEarlyData)
    }
    record.write(6) { write(zone.cache, &$0) }
    record.write(7) { bounds in
      bounds.write(1, zone.bounds.connections)
      bounds.write(2, zone.bounds.exchanges)
      bounds.write(3, zone.bounds.requestBodyBytes)
      bounds.write(4, zone.bounds.responseBufferBytes)
      bounds.write(5, zone.bounds.cacheBytes)
      bounds.write(6, zone.bounds.requestBufferBytes)
    }
    record.write(8, zone.weight)
    record.write(9, zone.redirectsToHTTPS)
    for field in zone.responseFields {
      record.write(10) { inner in
        inner.write(1, field.name)
        inner.write(2, field.value)
      }
    }
    record.write(11, zone.isPaused)
    for page in zone.errorPages { record.write(16) { write(page, &$0) } }
    write(zone.compression, &record)
    // A policy at its defaults takes no room, and follows when the defaults change.
    if zone.originPolicy != OriginPolicy() { record.write(13) { write(zone.originPolicy, &$0) } }
    // Compiled already: who answers queries takes the block as it is.
    if let records = zone.records { record.write(14, records.bytes) }
    if zone.isSigned { record.write(15, true) }
    for word in zone.tiers.words { record.write(18, word) }
    if zone.signingPolicy != SigningPolicy() {
      record.write(19) { write(zone.signingPolicy, &$0) }
    }
    if !zone.transfers.isEmpty { record.write(17) { write(zone.transfers, &$0) } }
    return record.bytes
  }

  /// The private keys of `zone`, in the order of its certificates, those that sign its answers, and the
  /// secrets of transfers; nil if it has none.
  static func writeKeys(_ zone: ZoneConfiguration) -> [UInt8]? {
    let secrets = zone.transfers.tsigKeys.filter { $0.secret != nil }
    guard !zone.certificates.isEmpty || zone.hasSigningKeys || !secrets.isEmpty else {
      return nil
    }
    var record = RecordWriter(format: format)
    for certificate in zone.certificates { record.write(1, certificate.key?.pem ?? "") }
    if let set = zone.signingKeys {
      // What earlier versions know: they go on signing with it.
      if let key = set.onlyKey { record.write(2, key.privateKey + key.publicKey) }
      record.write(4) { write(set, &$0) }
    } else if let damaged = zone.damagedKeys {
      record.write(4, damaged)
    }
    for key in secrets { record.write(3) { writeSecret(key, &$0) } }
    return record.bytes
  }

  private static func write(_ origin: OriginConfiguration, _ record: inout RecordWriter) {
    record.write(1, origin.scheme.rawValue)
    record.write(2, origin.host)
    record.write(3, Int(origin.port))
    record.write(4, origin.weight)
    record.write(5, origin.hostHeader)
    record.write(6, origin.serverName)
    record.write(7, origin.verifiesCertificate)
    record.write(8, origin.certificateAuthority)
    record.write(9, OriginConfiguration.Timeouts.milliseconds(origin.timeouts.connect))
    record.write(10, OriginConfiguration.Timeouts.milliseconds(origin.timeouts.firstByte))
    record.write(11, OriginConfiguration.Timeouts.milliseconds(origin.timeouts.idle))
  }

  private static func write(_ policy: OriginPolicy, _ record: inout RecordWriter) {
    record.write(1, policy.connectionsPerOrigin)
    record.write(2, policy.connectionsPerZone)
    record.write(3, policy.waitingExchanges)
    record.write(4, OriginConfiguration.Timeouts.milliseconds(policy.waitTimeout))
    record.write(5, OriginConfiguration.Timeouts.milliseconds(policy.idleTimeout))
    record.write(6, OriginConfiguration.Timeouts.milliseconds(policy.maximumConnectionAge))
    record.write(7, policy.exchangesPerConnection)
    record.write(8, policy.retries)
    record.write(9, policy.allowsHTTP2)
    record.write(10, policy.gatewayErrorsBeforeEjection)
    if let check = policy.healthCheck { record.write(11) { write(check, &$0) } }
  }

  // MARK: - Reading

  /// The zone that `bytes` hold, without keys; nil if they hold none of this format.
  package static func read(_ bytes: Span<UInt8>, id: ZoneID) -> ZoneConfiguration? {
    guard var record = RecordReader(bytes, format: format) else { return nil }
    var zone = ZoneConfiguration(id: id, name: "", hostnames: [], origins: [])
    var tiers: [String] = []
    while let tag = record.nextTag() {
      switch tag {
      case 1: zone.name = record.text
      case 2:
        let text = record.text
        let isWildcard = text.hasPrefix("*.")
        zone.hostnames.append(
          Hostname(name: isWildcard ? String(text.dropFirst(2)) : text, isWildcard: isWildcard))
      case 3: zone.origins.append(readOrigin(record.content))
      case 4: zone.certificates.append(CertificateConfiguration(chain: record.text, key: nil))
      case 5: zone.tls = readTLS(record.content)
      case 6: zone.cache = readCache(record.content)
      case 7: zone.bounds = readBounds(record.content)
      case 8: zone.weight = record.number
      case 9: zone.redirectsToHTTPS = record.flag
      case 10: zone.responseFields.append(readField(record.content))
      case 11: zone.isPaused = record.flag
      case 12: zone.compression = readCompression(record.content)
      case 13: zone.originPolicy = readPolicy(record.content)
      case 14:
        var image: [UInt8] = []
        image.append(record.content)
        // A zone that lost its records would be refused by its name servers, which is worse than damage.
        guard let records = ZoneImage(image) else { return nil }
        zone.records = records
      case 15: zone.isSigned = record.flag
      case 17: zone.transfers = readTransfers(record.content)
      case 16: if let page = readErrorPage(record.content) { zone.errorPages.append(page) }
      case 18: tiers.append(record.text)
      case 19: zone.signingPolicy = readPolicy(ofKeys: record.content)
      default: continue
      }
    }
    zone.tiers = TierChoice(words: tiers)
    return record.isAtEnd && !zone.name.isEmpty ? zone : nil
  }

  /// The name of the zone that `bytes` hold.
  static func readName(_ bytes: Span<UInt8>) -> String? {
    guard var record = RecordReader(bytes, format: format) else { return nil }
    while let tag = record.nextTag() {
      if tag == 1 { return record.text }
    }
    return nil
  }

  /// Gives `zone` the private keys that `bytes` hold; false if they hold none of this format. An empty
  /// text stands for a certificate's missing key. Keys that sign and can't be used keep nobody from the others.
  static func readKeys(_ bytes: Span<UInt8>, into zone: inout ZoneConfiguration) -> Bool {
    guard var record = RecordReader(bytes, format: format) else { return false }
    var index = 0
    while let tag = record.nextTag() {
      switch tag {
      case 1:
        let pem = record.text
        if index < zone.certificates.count, !pem.isEmpty {
          zone.certificates[index].key = PrivateKey(pem: pem)
        }
        index += 1
      case 2:
        var numbers: [UInt8] = []
        numbers.append(record.content)
        guard let key = ZoneKey(numbers: numbers) else { return false }
        // What follows says more of it.
        zone.signingKeys = KeySet(stored: key)
      case 4:
        zone.signingKeys = readKeySet(record.content)
        if zone.signingKeys == nil {
          var damaged: [UInt8] = []
          damaged.append(record.content)
          zone.damagedKeys = damaged
        }
      case 3: readSecret(record.content, into: &zone.transfers)
      default: continue
      }
    }
    return record.isAtEnd
  }

  private static func readOrigin(_ bytes: Span<UInt8>) -> OriginConfiguration {
    var record = RecordReader(fields: bytes)
    var origin = OriginConfiguration(scheme: .http, host: "")
    while let tag = record.nextTag() {
      switch tag {
      case 1: origin.scheme = OriginConfiguration.Scheme(rawValue: record.text) ?? .http
      case 2: origin.host = record.text
      case 3: origin.port = UInt16(truncatingIfNeeded: record.number)
      case 4: origin.weight = record.number
      case 5: origin.hostHeader = record.text
      case 6: origin.serverName = record.text
      case 7: origin.verifiesCertificate = record.flag
      case 8: origin.certificateAuthority = record.text
      case 9: origin.timeouts.connect = .milliseconds(record.number)
      case 10: origin.timeouts.firstByte = .milliseconds(record.number)
      case 11: origin.timeouts.idle = .milliseconds(record.number)
      default: continue
      }
    }
    return origin
  }

  private static func readPolicy(_ bytes: Span<UInt8>) -> OriginPolicy {
    var record = RecordReader(fields: bytes)
    var policy = OriginPolicy()
    while let tag = record.nextTag() {
      switch tag {
      case 1: policy.connectionsPerOrigin = record.number
      case 2: policy.connectionsPerZone = record.number
      case 3: policy.waitingExchanges = record.number
      case 4: policy.waitTimeout = .milliseconds(record.number)
      case 5: policy.idleTimeout = .milliseconds(record.number)
      case 6: policy.maximumConnectionAge = .milliseconds(record.number)
      case 7: policy.exchangesPerConnection = record.number
      case 8: policy.retries = record.number
      case 9: policy.allowsHTTP2 = record.flag
      case 10: policy.gatewayErrorsBeforeEjection = record.number
      case 11: policy.healthCheck = readHealthCheck(record.content)
      default: continue
      }
    }
    return policy
  }

  private static func readTLS(_ bytes: Span<UInt8>) -> ZoneTLS {
    var record = RecordReader(fields: bytes)
    var tls = ZoneTLS()
    while let tag = record.nextTag() {
      switch tag {
      // An unknown version is a later one than is known here: the strictest is nearest.
      case 1: tls.minimumVersion = TLSVersionFloor(rawValue: record.text) ?? .tls13
      case 2: tls.acceptsEarlyData = record.flag
      default: continue
      }
    }
    return tls
  }

  private static func readBounds(_ bytes: Span<UInt8>) -> ZoneBounds {
    var record = RecordReader(fields: bytes)
    var bounds = ZoneBounds()
    while let tag = record.nextTag() {
      switch tag {
      case 1: bounds.connections = record.number
      case 2: bounds.exchanges = record.number
      case 3: bounds.requestBodyBytes = record.number
      case 4: bounds.responseBufferBytes = record.number
      case 5: bounds.cacheBytes = record.number
      case 6: bounds.requestBufferBytes = record.number
      default: continue
      }
    }
    return bounds
  }

  private static func readField(_ bytes: Span<UInt8>) -> ResponseFieldConfiguration {
    var record = RecordReader(fields: bytes)
    var field = ResponseFieldConfiguration(name: "", value: "")
    while let tag = record.nextTag() {
      switch tag {
      case 1: field.name = record.text
      case 2: field.value = record.text
      default: continue
      }
    }
    return field
  }
}
