// The keys of a zone's `cache`.

package import ConfigurationTree

extension CacheConfiguration {
  package static let keys = ["enabled", "maximumObjectBytes", "defaultFreshnessSeconds"]

  /// Takes the settings out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    if let given = decoder.bool("enabled", in: object) { isEnabled = given }
    if let given = decoder.integer("maximumObjectBytes", in: object, 0...(1 << 40)) {
      maximumObjectBytes = given
    }
    if let given = decoder.integer("defaultFreshnessSeconds", in: object, 0...31_536_000) {
      defaultFreshnessSeconds = given
    }
  }

  /// The settings as a tree, every key written out.
  package var tree: ConfigurationValue {
    .object([
      ("enabled", .bool(isEnabled)),
      ("maximumObjectBytes", .integer(maximumObjectBytes)),
      ("defaultFreshnessSeconds", .integer(defaultFreshnessSeconds)),
    ])
  }
}
