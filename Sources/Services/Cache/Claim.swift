// Who fetches what for a shard's keys.

/// A fetch under way for a key: kept by the key's owner, so that the process makes only one.
/// Confined to the owner's loop.
final class Claim {
  /// The flight on the loop that fetches.
  let flight: Flight

  init(_ flight: Flight) { self.flight = flight }
}
