// A name that requests come in for.

/// A hostname of a zone: exact (`www.example.org`), or with the leftmost label left open
/// (`*.example.org`), which stands for exactly one label, as in certificates (RFC 9525
/// section 6.3).
package struct Hostname: Hashable, Sendable, CustomStringConvertible {
  /// The name in lower case, without the `*.` of a wildcard.
  package let name: String
  package let isWildcard: Bool

  package init(name: String, isWildcard: Bool = false) {
    self.name = name
    self.isWildcard = isWildcard
  }

  package var description: String { isWildcard ? "*.\(name)" : name }

  /// Whether this name lies in `domain`: is it, or is below it.
  package func lies(in domain: String) -> Bool {
    name == domain || name.hasSuffix(".\(domain)")
  }

  /// Whether a certificate for `pattern` (a name, or `*.` and a name) is good for this hostname.
  package func isCovered(by pattern: String) -> Bool {
    let pattern = pattern.lowercased()
    if pattern == description { return true }
    guard !isWildcard, pattern.hasPrefix("*."), let dot = name.firstIndex(of: ".") else {
      return false
    }
    return name[dot...] == pattern.dropFirst()
  }
}
