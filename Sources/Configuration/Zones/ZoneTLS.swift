// What a zone says about TLS with its clients.

package import ConfigurationTree

/// The TLS settings of a zone.
package struct ZoneTLS: Equatable, Sendable {
  package var minimumVersion = TLSVersionFloor.tls12

  /// Whether GET and HEAD are taken from early data (RFC 8470); they can be replayed.
  package var acceptsEarlyData = true

  package init() {}
}

extension ZoneTLS {
  package static let keys = ["minimumVersion", "earlyData"]

  /// Takes the settings out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    if let given = decoder.choice("minimumVersion", in: object, TLSVersionFloor.self) {
      minimumVersion = given
    }
    if let given = decoder.bool("earlyData", in: object) { acceptsEarlyData = given }
  }

  package var tree: ConfigurationValue {
    .object([
      ("minimumVersion", .string(minimumVersion.rawValue)),
      ("earlyData", .bool(acceptsEarlyData)),
    ])
  }
}
