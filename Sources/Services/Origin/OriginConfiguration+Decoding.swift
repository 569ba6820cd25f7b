// The keys of one of a zone's `origins`.

package import ConfigurationTree

extension OriginConfiguration {
  package static let keys = [
    "url", "weight", "hostHeader", "serverName", "verifyCertificate", "certificateAuthority",
    "timeouts",
  ]

  /// Takes an origin out of `value`; nil, and noted, if it has no usable URL.
  package static func decode(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> OriginConfiguration? {
    // An origin is often no more than its URL.
    if case .string(let url) = value.content { return parse(url, value.position, &decoder) }
    guard let object = decoder.object(value, keys: keys) else { return nil }
    var origin = OriginConfiguration(scheme: .http, host: "")
    let remedy = "Write http://HOST or https://HOST."
    let url = decoder.requiredString("url", in: object, remedy)
    if let url {
      decoder.at("url") { decoder in
        guard let parsed = parse(url, object.value("url")?.position, &decoder) else { return }
        origin = parsed
      }
    }
    origin.decodeDetails(object, &decoder)
    return origin.host.isEmpty ? nil : origin
  }

  private static func parse(
    _ url: String, _ position: SourcePosition?, _ decoder: inout ConfigurationDecoder
  ) -> OriginConfiguration? {
    do throws(OriginConfiguration.URL.Fault) {
      return try OriginConfiguration.URL.parse(url)
    } catch {
      decoder.report(error.problem, error.remedy, at: position)
      return nil
    }
  }

  private mutating func decodeDetails(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    if let given = decoder.integer("weight", in: object, 1...1_000) { weight = given }
    hostHeader = decoder.string("hostHeader", in: object)
    if let hostHeader, !Self.isAuthority(hostHeader) {
      decoder.at("hostHeader") {
        $0.report(
          "is \"\(hostHeader)\"", "Write a host name, with :PORT if the origin wants it.",
          at: object.value("hostHeader")?.position)
      }
    }
    serverName = decoder.string("serverName", in: object)?.lowercased()
    if let serverName, !Self.isAuthority(serverName) || serverName.contains(":") {
      decoder.at("serverName") {
        $0.report(
          "is \"\(serverName)\"", "Write a host name without a port.",
          at: object.value("serverName")?.position)
      }
    }
    if let given = decoder.bool("verifyCertificate", in: object) { verifiesCertificate = given }
    certificateAuthority = decoder.string("certificateAuthority", in: object)
    if let certificateAuthority, !certificateAuthority.contains("-----BEGIN CERTIFICATE-----") {
      decoder.at("certificateAuthority") {
        $0.report(
          "holds no certificate",
          "Give PEM text that begins with -----BEGIN CERTIFICATE-----.",
          at: object.value("certificateAuthority")?.position)
      }
    }
    decoder.member("timeouts", in: object) { value, decoder in
      timeouts = OriginConfiguration.Timeouts(value, &decoder)
    }
  }

  /// Whether `text` can stand in a Host field: nothing in it could end the line or the host.
  static func isAuthority(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        let letter = byte | 0x20
        return letter >= 97 && letter <= 122 || byte >= 48 && byte <= 57
          || "-_.:[]".utf8.contains(byte)
      }
  }

  /// The origin as a tree.
  package var tree: ConfigurationValue {
    .object([
      ("url", .string(OriginConfiguration.URL.write(self))),
      ("weight", .integer(weight)),
      ("hostHeader", hostHeader.map { .string($0) }),
      ("serverName", serverName.map { .string($0) }),
      ("verifyCertificate", .bool(verifiesCertificate)),
      ("certificateAuthority", certificateAuthority.map { .string($0) }),
      ("timeouts", timeouts.tree),
    ])
  }
}
