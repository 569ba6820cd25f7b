// The ticket keys of an edge's directory.

import Primitives
import Runtime
import Storage
import TLS
import Zones

/// Keeps the ticket keys of this directory: sessions survive a restart and an upgrade, and the
/// sealing key is changed when its period is over.
///
/// Of the two processes of an upgrade the first to see a key due changes it, and the other takes
/// that.
final class TicketKeyring: Sendable {
  private let store: ZoneStore
  private let schedule: Guarded<TLSTicketSchedule>

  private static let name = "tls-ticket-keys"

  /// New keys, until `refresh` takes those of the store.
  init(_ store: ZoneStore, period: Duration) throws(TLSError) {
    self.store = store
    schedule = Guarded(try .starting(at: SystemClock.wall, period: period))
  }

  var keys: TLSTicketKeys { schedule.withLock { $0.keys } }

  /// Whether the keys are to be looked at again.
  var isDue: Bool { schedule.withLock { $0.isDue(SystemClock.wall) } }

  /// Takes the stored keys, which it changes if they are due. If the store fails, those in memory are
  /// changed and the error is told once a period. Blocks on the store.
  func refresh() throws(StorageError) {
    let now = SystemClock.wall
    let present = schedule.withLock { $0 }
    var next = Self.advanced(present, to: now)
    defer { schedule.withLock { $0 = next } }
    _ = try store.secret(Self.name) { stored in
      let found = stored.flatMap { TLSTicketSchedule(record: $0, period: present.period) }
      if let found { next = Self.advanced(found, to: now) }
      return next.record
    }
  }

  /// Without randomness the key that there is goes on for another while.
  private static func advanced(
    _ schedule: TLSTicketSchedule, to now: WallTime
  ) -> TLSTicketSchedule {
    do throws(TLSError) { return try schedule.advanced(to: now) } catch { return schedule }
  }
}
