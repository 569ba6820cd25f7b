// What is shown of a zone's signing.

package import ConfigurationTree
import NameService

extension ZoneConfiguration {
  /// Whether the zone is signed, and the public parts of its keys.
  package var signingTree: ConfigurationValue {
    let key = signingKey?.tree(of: name)
    return .object([
      ("name", .string(name)), ("dnssec", .bool(isSigned)),
      ("keys", .array(key.map { [$0] } ?? [])),
    ])
  }
}
