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
      [
        ("name", .string(name)), ("dnssec", .bool(isSigned)),
        ("problem", damagedKeys.map { _ in .string(Self.damageText(of: name)) }),
      ] + (details ?? [("keys", .array([]))]))
  }

  private static func damageText(of name: String) -> String {
    "The stored keys of \(name) are damaged, or of a later version: queries for it are answered with SERVFAIL. "
      + "Put back a backup that has them (skerry store import). To begin anew, have the DS record removed "
      + "above, and then: skerry dns sign --off --now \(name), skerry dns sign \(name)"
  }

  /// Whether the resolver is asked before it is believed that the zone above has what `change` says.
  package func isVerified(_ change: KeyChange, now: WallTime) -> Bool {
    guard case .parent(let said) = change, signingPolicy.checksParent, var keys = signingKeys,
      let apex
    else { return false }
    return keys.observe(said, apex: apex, keyTiming, now: now)
  }

  /// Settings of its keys that are not given stay as they are where there are keys: others may be too hasty
  /// for the zone above, and another algorithm is nothing that one asks for in passing.
  package mutating func takeSigningPolicy(from current: ZoneConfiguration?) {
    if keepsSigningPolicy, let current, current.hasSigningKeys {
      signingPolicy = current.signingPolicy
    }
    keepsSigningPolicy = false
  }

  /// Whether its answers must not go out without signatures.
  package var isToBeSigned: Bool { isSigned || hasSigningKeys }

  /// Whether it has keys that sign it, readable or not.
  var hasSigningKeys: Bool { signingKeys != nil || damagedKeys != nil }

  /// Whether the zone above may have a DS record of its keys, so that it must not lose them: answers
  /// were signed with them.
  var mayBeKnownAbove: Bool { records != nil && hasSigningKeys }
}
