// Why a server asks whom.

/// Servers that are asked for a URL, one after the other until one can be had, and why they are.
package struct AskedStep: Sendable, Equatable {
  /// What makes them those that are asked.
  package enum Reason: String, Sendable {
    /// They share the keys with this server, and come before it for the URL.
    case hasKey
    /// They are of the PoP of the upper tier that is nearest to the origin.
    case nearestToOrigin
    /// They are of the regional parent that is nearest by now.
    case nearestParent
    /// They are of another regional parent.
    case furtherParent
    /// The zone names their PoP.
    case pinned
    /// They are of the upper tier, whose servers share the keys.
    case upperTier
  }

  package let servers: [String]
  package let reason: Reason
  /// Their PoP; nil if they are of several.
  package let pop: String?
  /// How far they are away, or for `nearestToOrigin` the origin from them; nil if that is not known.
  package let roundTripNanoseconds: UInt64?
}
