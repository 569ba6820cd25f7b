// Record sets by where the client is, and by turns.

import DNS
import Location
import Primitives

extension ZoneAnswer {
  /// What is given of the set of `type` at `node`, if that is not the whole of it: a set for where the
  /// client is, or the record whose turn it is.
  mutating func chosenSet(
    _ type: RecordType, of node: Int, _ image: borrowing ImageReader
  ) -> ImageReader.PlacedSet? {
    if let placed = placedSet(type, of: node, image) { return placed }
    guard let turns = rules?.turns, image.hasWeights(type, of: node) else { return nil }
    return image.weightedSet(type, of: node, turn: turns.next(), rules?.health)
  }

  /// The set of `type` at `node` that is for where the client is; nil if all others' is.
  private mutating func placedSet(
    _ type: RecordType, of node: Int, _ image: borrowing ImageReader
  ) -> ImageReader.PlacedSet? {
    guard let locations = rules?.locations, image.hasPlaces(type, of: node),
      let location = client?.find(in: locations)
    else { return nil }
    return image.placedSet(type, of: node, at: location)
  }
}
