// Time as a value: instants of the monotonic clock.

/// A point of the monotonic clock, in nanoseconds since an arbitrary start.
@usableFromInline package struct Instant: Comparable, Hashable, Sendable {
  @usableFromInline package var nanoseconds: UInt64

  @inlinable package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  @usableFromInline package static let never = Instant(nanoseconds: .max)

  @inlinable package static func < (a: Instant, b: Instant) -> Bool {
    a.nanoseconds < b.nanoseconds
  }

  /// `duration` later; the far end is `never`.
  @inlinable package static func + (instant: Instant, duration: Duration) -> Instant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
    return overflow ? .never : Instant(nanoseconds: sum)
  }

  /// `nanoseconds` later; the far end is `never`.
  @inlinable package func advanced(byNanoseconds nanoseconds: UInt64) -> Instant {
    let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return overflow ? .never : Instant(nanoseconds: sum)
  }

  /// Nanoseconds from `earlier` to here; 0 if `earlier` is later.
  @inlinable package func nanoseconds(since earlier: Instant) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
  }
}

extension Duration {
  /// Whole nanoseconds; 0 for a negative duration, the maximum when it does not fit.
  @inlinable package var wholeNanoseconds: UInt64 {
    let attoseconds = attoseconds
    guard attoseconds > 0 else { return 0 }
    // One division of the processor's, where `components` takes several of 128 bits.
    let perNanosecond: UInt64 = 1_000_000_000
    let high = UInt64(truncatingIfNeeded: attoseconds >> 64)
    guard high < perNanosecond else { return .max }
    return perNanosecond.dividingFullWidth((high, UInt64(truncatingIfNeeded: attoseconds))).quotient
  }
}
