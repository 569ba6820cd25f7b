// What the configuration says of a record beside its content.

/// How a record is answered, where that is not "as it is".
package struct RecordTraits: Equatable, Sendable {
  /// A CNAME that is answered with the addresses of its target. At the apex every CNAME is.
  package var isFlattened = false
  /// Whom it is for.
  package var places: RecordPlaces
  /// Its share of the answers, where one record of the set is given at a time; nil if all are.
  package var weight: UInt16?
  /// How the addresses of its set are checked; nil if they are not, or another record of the set says so.
  package var check: HealthCheck?

  package init(
    isFlattened: Bool = false, places: RecordPlaces = RecordPlaces(), weight: UInt16? = nil,
    check: HealthCheck? = nil
  ) {
    self.isFlattened = isFlattened
    self.places = places
    self.weight = weight
    self.check = check
  }
}
