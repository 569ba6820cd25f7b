// When ticket keys are changed.

package import Primitives

/// The ticket keys in force with the time since when the sealing one seals.
///
/// A key that sealed for `period` is followed by a new one, and opens tickets for as long again:
/// with the usual period every ticket is good for its whole life, and a key that leaks tells of a
/// day's sessions at most (RFC 8446 appendix C.4, RFC 5077 section 5.5).
package struct TLSTicketSchedule: Equatable, Sendable {
  package let keys: TLSTicketKeys
  package let since: WallTime
  package let period: Duration

  /// New keys that seal from `now` on.
  package static func starting(
    at now: WallTime, period: Duration = .seconds(Limits.ticketLifetimeSeconds)
  ) throws(TLSError) -> TLSTicketSchedule {
    TLSTicketSchedule(keys: try .generate(), since: now, period: period)
  }

  private init(keys: TLSTicketKeys, since: WallTime, period: Duration) {
    self.keys = keys
    self.since = since
    self.period = period
  }

  /// Whether the sealing key is due at `now`: it has sealed for its period, or is of a time to come,
  /// which no clock that goes right has seen.
  package func isDue(_ now: WallTime) -> Bool {
    let age = now.seconds - since.seconds
    return age < 0 || age >= period.components.seconds
  }

  /// The schedule at `now`: this one, or the next if the key is due. Keys that were left for two
  /// periods, by an edge that did not run, open nothing any more.
  package func advanced(to now: WallTime) throws(TLSError) -> TLSTicketSchedule {
    guard isDue(now) else { return self }
    let isStale = now.seconds - since.seconds >= 2 * period.components.seconds
    return TLSTicketSchedule(
      keys: isStale ? try .generate() : try keys.rotated(), since: now, period: period)
  }

  // MARK: As bytes

  /// Eight bytes of seconds since 1970, big-endian, and the keys.
  package var record: [UInt8] {
    let seconds = UInt64(bitPattern: since.seconds)
    return (0..<8).map { UInt8(truncatingIfNeeded: seconds >> (56 - 8 * UInt64($0))) }
      + keys.material
  }

  /// A schedule from its bytes; nil if they are something else. Bytes without a time, as earlier
  /// versions stored them, are keys of long ago.
  package init?(record: [UInt8], period: Duration = .seconds(Limits.ticketLifetimeSeconds)) {
    let hasTime = record.count % TLSTicketKeys.keyBytes == 8
    guard let keys = TLSTicketKeys(material: hasTime ? Array(record.dropFirst(8)) : record) else {
      return nil
    }
    let seconds = hasTime ? record.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : 0
    self.init(
      keys: keys, since: WallTime(seconds: Int64(bitPattern: seconds)), period: period)
  }
}
