// Identities of what the API shows.

import Primitives

/// The identity of an account, a token or a record: 128 random bits, as those of zones.
typealias ObjectID = ZoneID

extension ObjectID {
  /// A new identity.
  static func make() -> ObjectID {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }
}
