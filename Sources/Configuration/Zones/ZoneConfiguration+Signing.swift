// What is shown of a zone's signing.

package import ConfigurationTree
import NameService
package import Primitives

extension ZoneConfiguration {
  /// Whether the zone is signed, the public parts of its keys, and what happens with them. `due` is when
  /// something is due for them.
  package func signingTree(due: WallTime?) -> ConfigurationValue {
    let details = signingKeys?.tree(of: name, signingPolicy, spread: keySpread, asks: due)
    return .object(
      [("name", .string(name)), ("dnssec", .bool(isSigned))] + (details ?? [("keys", .array([]))]))
  }
}
