// Secrets of the API: 256 random bits.

import Primitives
import TLS

/// A secret that is shown once. What is stored is its SHA-256: a guess at 256 random bits is no better for a slow
/// digest.
struct Secret: Sendable {
  let text: String
  let digest: [UInt8]

  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// A new one, in 43 letters and digits as in base64url; nil if no digest could be made.
  static func make() -> Secret? {
    var generator = SystemRandomNumberGenerator()
    var text: [UInt8] = []
    for _ in 0..<43 {
      let bits: UInt64 = generator.next()
      text.append(letters[Int(bits & 63)])
    }
    return Secret(String(decoding: text, as: UTF8.self))
  }

  /// The secret `text`; nil if no digest could be made.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let digest = SHA256.digest(of: bytes.span) else { return nil }
    self.text = text
    self.digest = digest
  }
}
