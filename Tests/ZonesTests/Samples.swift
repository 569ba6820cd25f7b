// Zones for tests.

import Cache
import ConfigurationTree
import NameService
import Origin
import Primitives
import Runtime
import Zones

/// Zones that tests share.
enum Samples {
  /// A zone with nothing at its default.
  static let full: ZoneConfiguration = {
    var origin = OriginConfiguration(scheme: .https, host: "origin.example.org", port: 8443)
    origin.weight = 3
    origin.hostHeader = "inner.example.org:8443"
    origin.serverName = "inner.example.org"
    origin.verifiesCertificate = false
    origin.certificateAuthority =
      "-----BEGIN CERTIFICATE-----\nAUTHORITY\n-----END CERTIFICATE-----"
    origin.timeouts.connect = .milliseconds(1)
    origin.timeouts.firstByte = .milliseconds(2)
    origin.timeouts.idle = .milliseconds(70_000)
    var zone = ZoneConfiguration(
      id: ZoneID(high: 0xAB, low: 0xCD), name: "example.org",
      hostnames: [
        Hostname(name: "example.org"), Hostname(name: "example.org", isWildcard: true),
        Hostname(name: "a.b.example.org"),
      ],
      origins: [origin, OriginConfiguration(scheme: .http, host: "2001:db8::1", port: 81)])
    zone.certificates = [certificate("ONE"), certificate("TWO")]
    zone.tls.minimumVersion = .tls13
    zone.tls.acceptsEarlyData = false
    zone.cache.isEnabled = false
    zone.cache.settings = cacheSettings
    zone.cache.rules = [cacheRule]
    zone.bounds.connections = 1
    zone.bounds.exchanges = 255
    zone.bounds.requestBodyBytes = 256
    zone.bounds.responseBufferBytes = 65_536
    zone.bounds.cacheBytes = 1 << 40
    zone.bounds.requestBufferBytes = 65_537
    zone.originPolicy.connectionsPerOrigin = 2
    zone.originPolicy.connectionsPerZone = 3
    zone.originPolicy.waitingExchanges = 0
    zone.originPolicy.waitTimeout = .milliseconds(4)
    zone.originPolicy.idleTimeout = .milliseconds(5)
    zone.originPolicy.maximumConnectionAge = .milliseconds(6)
    zone.originPolicy.exchangesPerConnection = 7
    zone.originPolicy.retries = 0
    zone.originPolicy.allowsHTTP2 = false
    zone.originPolicy.gatewayErrorsBeforeEjection = 9
    zone.originPolicy.healthCheck = healthCheck
    zone.weight = 7
    zone.redirectsToHTTPS = true
    zone.responseFields = [ResponseFieldConfiguration(name: "X-Rev", value: "42")]
    // With a serial number of its own, which the store leaves as it is.
    zone.records = records("example.org", soa: "ns.example.net. a. 2026112600 1 1 1 1")
    zone.isSigned = true
    zone.signingKeys = ZoneKey(numbers: (0..<96).map { UInt8($0) }).map { key in
      // As the store leaves it.
      KeySet(
        members: [.init(id: 7, key: key, created: WallTime(seconds: 5), active: nil)],
        rollovers: [], zoneTTL: Int64(zone.records?.longestTTL ?? 0),
        formerUntil: WallTime(seconds: 9))
    }
    zone.signingPolicy.zskDays = 45
    zone.signingPolicy.kskDays = 400
    zone.signingPolicy.checksParent = false
    zone.signingPolicy.parentTTL = 7_200
    zone.signingPolicy.parentPropagation = 60
    zone.signingPolicy.propagation = 61
    zone.transfers = transfers
    zone.errorPages = [errorPage, ErrorPageConfiguration(statuses: 500...599, body: "<p>Sorry")]
    zone.isPaused = true
    return zone
  }()

  /// Two secondaries, one of them with a key, and a rule of every kind.
  static let transfers: TransferConfiguration = {
    var transfers = TransferConfiguration()
    let name = TSIGKey.name("transfer.example")
    transfers.secondaries = [
      .init(address: SocketAddress(ipv4: 192, 0, 2, 53, port: 53), tsigKey: nil),
      .init(
        address: SocketAddress(family: .ipv6, high: 0x2001_0db8 << 32, low: 1, port: 5353),
        tsigKey: name),
    ]
    transfers.allow = [
      .init(network: AddressRange("198.51.100.0/24"), tsigKey: nil),
      .init(network: AddressRange("2001:db8::/32"), tsigKey: name),
      .init(network: nil, tsigKey: name),
    ]
    transfers.tsigKeys = [secretKey("transfer.example")].compactMap { $0 }
    return transfers
  }()

  static func secretKey(_ name: String, fill: UInt8 = 7) -> TSIGKey? {
    TSIGKey.name(name).map {
      TSIGKey(name: $0, algorithm: .sha384, secret: Array(repeating: fill, count: 48))
    }
  }

  /// The least that a zone can have.
  static func records(_ zone: String, soa: String? = nil) -> ZoneImage? {
    var decoder = ConfigurationDecoder()
    let records = [("NS", "ns.example.net.")] + (soa.map { [("SOA", $0)] } ?? [])
    let list = records.map { type, content in
      ConfigurationValue.object([
        ("name", .string("@")), ("type", .string(type)), ("content", .string(content)),
      ])
    }
    guard let object = decoder.object(.object([("records", .array(list))]), keys: ["records"])
    else { return nil }
    return ZoneImage.decode(in: object, zone: zone, &decoder)
  }

  /// A health check in which nothing is as usual.
  static var healthCheck: OriginHealthCheck {
    var check = OriginHealthCheck()
    check.path = "/health?deep=1"
    check.host = "inner.example.org:81"
    check.interval = .milliseconds(1_000)
    check.timeout = .milliseconds(8)
    check.statuses = 204...204
    check.failures = 1
    check.successes = 3
    return check
  }

  static var errorPage: ErrorPageConfiguration {
    var page = ErrorPageConfiguration(statuses: 502...504, body: "{\"down\": true}\n")
    page.contentType = "application/json"
    page.replacesOrigins = true
    return page
  }

  /// Cache settings in which nothing is as usual.
  static var cacheSettings: CacheSettings {
    var settings = CacheSettings()
    settings.isBypassed = true
    settings.maximumObjectBytes = 5
    settings.defaultFreshnessSeconds = 300
    settings.edgeSeconds = 0
    settings.browserSeconds = 256
    settings.statusLifetimes = [
      StatusLifetime(statuses: 404...404, edgeSeconds: 1),
      StatusLifetime(statuses: 500...599, browserSeconds: 2),
    ]
    settings.ignoresProhibitions = true
    settings.setCookie = .strip
    settings.bypassCookies = ["a", "b*"]
    settings.checksContentType = false
    settings.stale.whileRevalidateSeconds = 3
    settings.stale.ifErrorSeconds = 4
    settings.stale.ifUnreachableSeconds = 0
    settings.key.query = .only
    settings.key.queryNames = ["page"]
    settings.key.sortsQuery = true
    settings.key.fields = ["X-A"]
    settings.key.cookies = ["language"]
    settings.key.tellsDeviceTypes = true
    settings.key.languages = ["en", "pt-BR"]
    settings.key.tellsCountries = true
    settings.tellsTimes = true
    settings.reserve.isEnabled = true
    settings.reserve.minimumSeconds = 60
    settings.reserve.minimumBytes = 10
    settings.reserve.occasion = .stored
    return settings
  }

  /// A rule that takes back some of them.
  static var cacheRule: CacheRule {
    var rule = CacheRule()
    rule.paths = ["/a/*"]
    rule.hosts = ["*.example.org"]
    rule.extensions = ["css"]
    rule.overrides.bypassCookies = []
    rule.overrides.statusLifetimes = []
    rule.overrides.isBypassed = false
    rule.overrides.edgeSeconds = 7
    rule.overrides.keyLanguages = []
    rule.overrides.keyDeviceType = false
    rule.overrides.keyCountry = false
    return rule
  }

  static func certificate(_ name: String) -> CertificateConfiguration {
    CertificateConfiguration(
      chain: "-----BEGIN CERTIFICATE-----\n\(name)\n-----END CERTIFICATE-----",
      key: PrivateKey(
        pem: "-----BEGIN PRIVATE KEY-----\nSECRET-\(name)\n-----END PRIVATE KEY-----"))
  }

  /// Zone `number`, `NAME-NUMBER.example`, with its domain and two names in it.
  static func zone(_ number: Int, name: String = "zone", revision: Int = 0) -> ZoneConfiguration {
    let domain = "\(name)-\(number).example"
    var zone = ZoneConfiguration(
      id: id(number), name: domain,
      hostnames: [
        Hostname(name: domain), Hostname(name: "www." + domain),
        Hostname(name: domain, isWildcard: true),
      ],
      origins: [OriginConfiguration(scheme: .http, host: "127.0.0.1", port: 8080)])
    zone.responseFields = [ResponseFieldConfiguration(name: "X-Rev", value: "\(revision)")]
    return zone
  }

  /// The identity of zone `number`, scattered as random ones are.
  static func id(_ number: Int) -> ZoneID {
    ZoneID(high: UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(number))
  }

  /// A check that finds every certificate good for every name.
  static let anyCertificate = CertificateCheck { _, _ in CertificateFinding(names: nil) }
}
