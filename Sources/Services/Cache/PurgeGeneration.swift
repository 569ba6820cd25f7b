// Purges of one stretch of time.

import Primitives

/// The latest purges by hash. In segments that grow each alone, so that no growth holds those up who
/// look something up meanwhile.
struct PurgeGeneration: Sendable {
  typealias Mark = PurgeMark<Instant>

  private static let segmentCount = 64
  /// None before the first purge: most zones never have one.
  private var segments: [Segment] = []
  private(set) var count = 0
  /// The latest of all that were noted here.
  private(set) var newest = Mark(softTime: .never)

  /// Some of the purges.
  private struct Segment: Sendable {
    var marks: [UInt64: Mark] = [:]
    /// The number of the latest that was noted here.
    var latest: UInt64 = 0
  }

  func mark(of hash: UInt64) -> Mark? {
    count == 0 ? nil : segments[Self.segment(of: hash)].marks[hash]
  }

  /// As `mark(of:)`; nil also where no purge after `sequence` can be for it, which is found out at a
  /// glance.
  func mark(of hash: UInt64, after sequence: UInt64) -> Mark? {
    guard newest.latest > sequence, count > 0 else { return nil }
    let segment = Self.segment(of: hash)
    return segments[segment].latest > sequence ? segments[segment].marks[hash] : nil
  }

  mutating func note(_ hash: UInt64, _ mark: Mark) {
    if segments.isEmpty { segments = Array(repeating: Segment(), count: Self.segmentCount) }
    newest.merge(mark)
    let segment = Self.segment(of: hash)
    segments[segment].latest = max(segments[segment].latest, mark.latest)
    if segments[segment].marks[hash]?.merge(mark) == nil {
      segments[segment].marks[hash] = mark
      count += 1
    }
  }

  /// Takes a purge out; nil if there is none.
  mutating func take(_ hash: UInt64) -> Mark? {
    guard count > 0,
      let mark = segments[Self.segment(of: hash)].marks.removeValue(forKey: hash)
    else { return nil }
    count -= 1
    return mark
  }

  /// All of it, in no order.
  func forEach(_ body: (UInt64, Mark) -> Void) {
    for segment in segments {
      for (hash, mark) in segment.marks { body(hash, mark) }
    }
  }

  private static func segment(of hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash) & (segmentCount - 1)
  }
}
