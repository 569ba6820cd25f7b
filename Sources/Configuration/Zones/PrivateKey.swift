// A private key that does not show itself.

/// A private key as PEM text. It never appears in descriptions or mirrors; only `pem` gives it out.
package struct PrivateKey: Hashable, Sendable {
  package let pem: String

  package init(pem: String) { self.pem = pem }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(private key)" }

  package var debugDescription: String { description }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
