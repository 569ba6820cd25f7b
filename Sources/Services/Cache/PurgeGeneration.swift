// Purges of one stretch of time.

import Primitives

/// The latest purges by hash. In segments that grow each alone, so that no growth holds those up who
/// look something up meanwhile.
struct PurgeGeneration: Sendable {
  typealias Mark = PurgeMark<Instant>

  private static let segmentCount = 64
  /// None before the first purge: most zones never have one.
  private var segments: [[UInt64: Mark]] = []
  private(set) var count = 0
  /// The latest of all that were noted here.
  private(set) var newest = Mark(softTime: .never)

  func mark(of hash: UInt64) -> Mark? {
    count == 0 ? nil : segments[Self.segment(of: hash)][hash]
  }

  mutating func note(_ hash: UInt64, _ mark: Mark) {
    if segments.isEmpty { segments = Array(repeating: [:], count: Self.segmentCount) }
    newest.merge(mark)
    let segment = Self.segment(of: hash)
    if segments[segment][hash]?.merge(mark) == nil {
      segments[segment][hash] = mark
      count += 1
    }
  }

  /// Takes a purge out; nil if there is none.
  mutating func take(_ hash: UInt64) -> Mark? {
    guard count > 0, let mark = segments[Self.segment(of: hash)].removeValue(forKey: hash) else {
      return nil
    }
    count -= 1
    return mark
  }

  private static func segment(of hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash) & (segmentCount - 1)
  }
}
