// The key `dnssecKeys`: from a tree and back.

package import ConfigurationTree
package import TLS

extension SigningPolicy {
  package static let keys = [
    "type", "algorithm", "zskDays", "kskDays", "checkParent", "parentTTLSeconds",
    "parentPropagationSeconds", "propagationSeconds",
  ]

  /// Takes what `value` says; what is wrong is noted.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    if let text = decoder.string("type", in: object) {
      switch text.lowercased() {
      case "csk": isSplit = false
      case "split": isSplit = true
      default:
        Self.report(
          "type", "is \"\(text)\"", "Write csk (one key), or split (a KSK and a ZSK).", object,
          &decoder)
      }
    }
    if let text = decoder.string("algorithm", in: object) {
      if let known = SigningKey.Algorithm(name: text) {
        algorithm = known
      } else {
        Self.report(
          "algorithm", "is \"\(text)\"", "Write ecdsap256sha256 or ed25519.", object, &decoder)
      }
    }
    let days = 0...NameServiceLimits.keyDays
    if let given = decoder.integer("zskDays", in: object, days) { zskDays = given }
    if let given = decoder.integer("kskDays", in: object, days) { kskDays = given }
    if let given = decoder.bool("checkParent", in: object) { checksParent = given }
    let seconds = 0...NameServiceLimits.keyWaitSeconds
    if let given = decoder.integer("parentTTLSeconds", in: object, seconds) { parentTTL = given }
    if let given = decoder.integer("parentPropagationSeconds", in: object, seconds) {
      parentPropagation = given
    }
    let propagations = NameServiceLimits.leastPropagation...NameServiceLimits.keyWaitSeconds
    if let given = decoder.integer("propagationSeconds", in: object, propagations) {
      propagation = given
    }
  }

  private static func report(
    _ key: String, _ problem: String, _ remedy: String, _ object: ConfigurationObject,
    _ decoder: inout ConfigurationDecoder
  ) {
    decoder.at(key) { $0.report(problem, remedy, at: object.value(key)?.position) }
  }

  /// What `init` takes, every key written out.
  package var tree: ConfigurationValue {
    .object([
      ("type", .string(isSplit ? "split" : "csk")), ("algorithm", .string(algorithm.name)),
      ("zskDays", .integer(zskDays)), ("kskDays", .integer(kskDays)),
      ("checkParent", .bool(checksParent)), ("parentTTLSeconds", .integer(parentTTL)),
      ("parentPropagationSeconds", .integer(parentPropagation)),
      ("propagationSeconds", .integer(propagation)),
    ])
  }
}

extension SigningKey.Algorithm {
  /// Its mnemonic in IANA's registry of DNS Security Algorithm Numbers, in lower case.
  package var name: String {
    switch self {
    case .ecdsaP256: "ecdsap256sha256"
    case .ed25519: "ed25519"
    }
  }

  /// The algorithm of that mnemonic, in any case.
  package init?(name: String) {
    guard let found = Self.allCases.first(where: { $0.name == name.lowercased() }) else {
      return nil
    }
    self = found
  }
}
