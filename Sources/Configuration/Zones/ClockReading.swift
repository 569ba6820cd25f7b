// The wall clock beside one that nobody sets.

package import Primitives
import Storage

/// What two clocks said at one moment. Of two readings it is told whether the wall clock was set between them.
package struct ClockReading: Equatable, Sendable {
  package let wall: WallTime
  /// Seconds since the machine was started, those among them in which it slept.
  package let sinceBoot: Int64
  /// Which start of the machine that is; empty if it is not known.
  package let boot: [UInt8]

  package init(wall: WallTime, sinceBoot: Int64, boot: [UInt8]) {
    self.wall = wall
    self.sinceBoot = sinceBoot
    self.boot = boot
  }

  /// What names this start of the machine; empty if the system does not tell. Not for loops.
  package static func currentBoot() -> [UInt8] {
    do throws(StorageError) {
      let path = "/proc/sys/kernel/random/boot_id"
      return try StoredFile.readBeginning(path, bytes: ZonesLimits.bootBytes)
    } catch { return [] }
  }

  /// By how many seconds the wall clock was set since `earlier`: forward, or back if it is negative; 0 if it was
  /// hardly. Of another start of the machine it is known only that time can't go back.
  package func jump(since earlier: ClockReading) -> Int64 {
    let passed = wall.seconds.subtractingReportingOverflow(earlier.wall.seconds).partialValue
    let isSameBoot = !boot.isEmpty && boot == earlier.boot
    let jump = isSameBoot ? passed - (sinceBoot - earlier.sinceBoot) : min(0, passed)
    return abs(jump) > ZonesLimits.clockJumpSeconds ? jump : 0
  }
}

extension ClockReading {
  /// As it is stored.
  var bytes: [UInt8] {
    ZoneKeys.key(UInt64(bitPattern: wall.seconds)) + ZoneKeys.key(UInt64(bitPattern: sinceBoot))
      + boot
  }

  /// Nil if `bytes` are none.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= 16 else { return nil }
    var boot: [UInt8] = []
    boot.append(bytes.extracting(16...))
    self.init(
      wall: WallTime(seconds: Int64(bitPattern: ZoneKeys.number(bytes))),
      sinceBoot: Int64(bitPattern: ZoneKeys.number(bytes, at: 8)), boot: boot)
  }
}
