// A health check as configuration: the key `healthCheck` of a record.

package import ConfigurationTree

extension HealthCheck {
  package static let keys = [
    "kind", "port", "host", "path", "status", "verifyCertificate", "intervalMilliseconds",
    "timeoutMilliseconds", "failures", "successes",
  ]

  /// Takes the check out of the `object` of a record; nil if there is none, or something is wrong with it,
  /// which is noted.
  static func decode(
    in object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> HealthCheck? {
    guard let value = object.value("healthCheck") else { return nil }
    let before = decoder.faults.count
    var check: HealthCheck?
    decoder.at("healthCheck") { decoder in
      guard let object = decoder.object(value, keys: keys) else { return }
      check = read(object, &decoder)
    }
    return decoder.faults.count == before ? check : nil
  }

  private static func read(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> HealthCheck? {
    let kind = readKind(object, &decoder)
    let given = decoder.integer("port", in: object, 1...65_535).map { UInt16($0) }
    let port = given ?? kind?.usualPort
    if let kind, port == nil, object.value("port") == nil {
      decoder.report(
        "has no port", "Give the port of \(kind.text) that a connection is made to.",
        at: object.position)
    }
    // With a kind that is none the rest is read, so that all faults are told at once.
    var check = HealthCheck(kind ?? .https, port: port ?? 1)
    if let kind { check.refuseMeaningless(kind, object, &decoder) }
    check.readRequest(object, &decoder)
    if let given = decoder.integer("intervalMilliseconds", in: object, intervals) {
      check.intervalMilliseconds = given
    }
    if let given = decoder.integer("timeoutMilliseconds", in: object, timeouts) {
      check.timeoutMilliseconds = given
    }
    if let given = decoder.integer("failures", in: object, thresholds) { check.failures = given }
    if let given = decoder.integer("successes", in: object, thresholds) { check.successes = given }
    return check
  }

  private static func readKind(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> Kind? {
    let remedy = "Give one of \(Kind.allCases.map(\.text).joined(separator: ", "))."
    guard let text = decoder.requiredString("kind", in: object, remedy) else { return nil }
    if let kind = Kind.allCases.first(where: { $0.text == text }) { return kind }
    decoder.at("kind") { $0.report("is \"\(text)\"", remedy, at: object.value("kind")?.position) }
    return nil
  }

  private func refuseMeaningless(
    _ kind: Kind, _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    for key in ["host", "path", "status", "verifyCertificate"] {
      let isMeaningless = kind == .tcp || kind == .http && key == "verifyCertificate"
      guard isMeaningless, let value = object.value(key) else { continue }
      decoder.at(key) {
        $0.report("means nothing for \(kind.text)", "Leave it out.", at: value.position)
      }
    }
  }

  private mutating func readRequest(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    host = decoder.string("host", in: object)
    if let host, !Self.isHost(host) {
      decoder.at("host") {
        $0.report(
          "is \"\(host)\"", "Write a host name without a port.", at: object.value("host")?.position)
      }
    }
    if let given = decoder.string("path", in: object) { path = given }
    if !Self.isTarget(path) {
      decoder.at("path") {
        $0.report(
          "is \"\(path)\"", "Write a path that begins with /, without spaces.",
          at: object.value("path")?.position)
      }
    }
    if let given = decoder.statuses("status", in: object) { statuses = given.statuses }
    verifiesCertificate = decoder.bool("verifyCertificate", in: object) ?? true
  }

  /// More often than once a second, from each server, would be a load of its own.
  static let intervals = 1_000...3_600_000
  static let timeouts = 100...10_000
  static let thresholds = 1...100

  static func isHost(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
        default: false
        }
      }
  }

  /// RFC 9112 section 3.2.1.
  static func isTarget(_ text: String) -> Bool {
    text.hasPrefix("/") && text.utf8.count <= NameServiceLimits.checkPathBytes
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x23 }
  }

  /// The value that `decode` takes; what is as usual is left out.
  package var tree: ConfigurationValue {
    let usual = HealthCheck(kind, port: port)
    func member<Value: Equatable>(
      _ key: String, _ path: KeyPath<HealthCheck, Value>, _ value: ConfigurationValue
    ) -> [(String, ConfigurationValue)] {
      self[keyPath: path] == usual[keyPath: path] ? [] : [(key, value)]
    }
    return .object(
      [("kind", .string(kind.text)), ("port", .integer(Int(port)))]
        + (host.map { [("host", .string($0))] } ?? [])
        + member("path", \.path, .string(path))
        + member("status", \.statuses, .string(StatusRange(statuses).text))
        + member("verifyCertificate", \.verifiesCertificate, .bool(verifiesCertificate))
        + member("intervalMilliseconds", \.intervalMilliseconds, .integer(intervalMilliseconds))
        + member("timeoutMilliseconds", \.timeoutMilliseconds, .integer(timeoutMilliseconds))
        + member("failures", \.failures, .integer(failures))
        + member("successes", \.successes, .integer(successes)))
  }
}
