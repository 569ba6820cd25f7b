// The kinds of keys that certificates have.

/// What a certificate's key signs with.
package enum TLSKeyKind: Sendable {
  case ecdsa
  case rsa
}
