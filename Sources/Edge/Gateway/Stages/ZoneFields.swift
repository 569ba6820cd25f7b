// What every response of a zone carries.

import Exchange
import HTTP
import Primitives
import Zones

/// Sets the fields that the zone is configured to set, in the place of fields of those names.
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
    if let stored = exchange.response.stored, stored.fields.holdsAnyName(of: fields) {
      // Others share these; what is left of them becomes the response's own.
      for index in 0..<stored.fields.count {
        exchange.response.fields.append(index, of: stored.fields)
      }
      exchange.response.stored = nil
    }
    exchange.response.fields.removeNames(of: fields)
    for index in 0..<fields.count { exchange.response.fields.append(index, of: fields) }
  }
}
