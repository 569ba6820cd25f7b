// What every response of a zone carries.

import Exchange
import HTTP
import Primitives
import Zones

/// Adds the fields that the zone is configured to set in its responses.
final class ZoneFields: ResponseStage {
  static let name: StaticString = "zone-fields"

  private let fields: FieldBlock

  /// Nil if there are none.
  init?(_ configured: [ResponseFieldConfiguration]) {
    guard !configured.isEmpty else { return nil }
    var fields = FieldBlock()
    for field in configured { fields.append(field.name, field.value) }
    self.fields = fields
  }

  func transform(_ exchange: Exchange) {
    for index in 0..<fields.count { exchange.response.fields.append(index, of: fields) }
  }
}
