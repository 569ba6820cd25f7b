// From when until when a signature is good.

/// The life of a signature: it is made anew every day, and good for ten. Which second of the day that
/// is differs from set to set, so that they are not all made anew at once.
struct SignatureWindow {
  /// Counts the days.
  let period: UInt32
  /// Seconds since 1970 modulo 2^32.
  let inception: UInt32
  let expiration: UInt32

  /// At the time `seconds`, for what has `hash`.
  init(at seconds: UInt32, hash: UInt64) {
    let day = NameServiceLimits.signaturePeriodSeconds
    let offset = UInt32(truncatingIfNeeded: hash >> 32) % day
    // Past 2106 a day of another length follows: RFC 1982 keeps times comparable.
    period = (seconds &+ offset) / day
    let start = period &* day &- offset
    inception = start &- NameServiceLimits.clockSkewSeconds
    expiration = start &+ NameServiceLimits.signatureSeconds
  }
}
