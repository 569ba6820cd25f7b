// Whether a response goes into the reserve.

/// What was decided of a response when it was fetched, by the settings of that time.
struct ReserveRule: Equatable, Sendable {
  /// Shorter bodies do not go there, in bytes.
  var minimumBytes = 0
  /// It goes there as soon as it is stored.
  var isImmediate = false

  /// What is known of a record: it is not too short.
  init() {}

  /// What `settings` make of a response that is fresh for so many seconds more; nil if it does not go
  /// there.
  init?(_ settings: ReserveSettings, freshSeconds: Int64) {
    guard settings.isEnabled, freshSeconds >= Int64(settings.minimumSeconds) else { return nil }
    minimumBytes = settings.minimumBytes
    isImmediate = settings.occasion == .stored
  }

  /// Whether a response with so many bytes of body goes there.
  func admits(_ bodyBytes: Int) -> Bool { bodyBytes >= minimumBytes }
}
