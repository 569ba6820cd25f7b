// Record sets by where the client is.

import DNS
import Location
import Primitives

extension ZoneAnswer {
  /// The set of `type` at `node` that is for where the client is; nil if all others' is.
  mutating func placedSet(
    _ type: RecordType, of node: Int, _ image: borrowing ImageReader
  ) -> ImageReader.PlacedSet? {
    guard let locations = rules?.locations, image.hasPlaces(type, of: node),
      let location = client?.find(in: locations)
    else { return nil }
    return image.placedSet(type, of: node, at: location)
  }
}
