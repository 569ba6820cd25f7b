// The wall clock as a value: whole seconds, as HTTP dates tell them.

/// Seconds of the wall clock since 1970-01-01T00:00:00Z, without leap seconds (an HTTP date).
@usableFromInline package struct WallTime: Comparable, Hashable, Sendable {
  @usableFromInline package var seconds: Int64

  @inlinable package init(seconds: Int64) { self.seconds = seconds }

  @inlinable package static func < (a: WallTime, b: WallTime) -> Bool { a.seconds < b.seconds }
}
