// What answers by rules need beside the image.

import Location

/// What a zone with rules is answered from on one loop.
struct RuleContext {
  /// The addresses of aliases' targets.
  let aliases: AliasAddresses
  /// Whose turn it is among records with weights.
  let turns: ZoneTurns
  /// Which records are left out; nil if none is checked.
  let health: ZoneHealth?
  /// Tells where clients are; nil if there is no database.
  let locations: LocationDatabase?
  /// Whether the zone has sets for places, so that it matters where clients are.
  let hasPlaces: Bool
}
