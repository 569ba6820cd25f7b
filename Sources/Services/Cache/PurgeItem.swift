// One thing that is purged.

import Primitives

/// What a purge names, by its hash (`PurgeHash`).
package enum PurgeItem: Hashable, Sendable {
  /// All responses for a URL, whatever else their keys have.
  case target(UInt64)
  case tag(UInt64)
  case host(UInt64)
  /// All responses whose target (`PurgeTarget`) begins with these bytes.
  case prefix([UInt8])

  /// By which it is kept.
  package var hash: UInt64 {
    switch self {
    case .target(let hash), .tag(let hash), .host(let hash): hash
    case .prefix(let bytes): PurgeHash.prefix(bytes.span)
    }
  }
}
