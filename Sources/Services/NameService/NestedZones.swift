// The zones below a zone.

import DNS
import Primitives

/// Apexes of the zones of this server that lie below one of them: for names there that one does not
/// answer. Immutable; looking a name up allocates nothing.
struct NestedZones: Sendable {
  /// In canonical wire form, in the order of their bytes.
  private let apexes: [[UInt8]]
  /// Whether these are all that there are.
  let isKnown: Bool

  init(_ apexes: some Sequence<[UInt8]>) {
    self.apexes = apexes.sorted { $0.lexicographicallyPrecedes($1) }
    isKnown = true
  }

  private init() {
    apexes = []
    isKnown = false
  }

  static let none = NestedZones([])

  /// There may be a zone at any name below.
  static let unknown = NestedZones()

  /// Whether `name`, which lies in the zone whose apex has `labels` labels, lies in one of these, or may
  /// for all that is known; `isAbove` leaves out the one whose apex it is.
  func cover(_ name: borrowing CanonicalName, below labels: Int, isAbove: Bool = false) -> Bool {
    let last = isAbove ? name.labelCount - 1 : name.labelCount
    guard isKnown else { return last > labels }
    guard !apexes.isEmpty else { return false }
    var labels = labels + 1
    while labels <= last {
      if contains(name.suffix(labels: labels)) { return true }
      labels += 1
    }
    return false
  }

  func contains(_ apex: Span<UInt8>) -> Bool {
    var (low, high) = (0, apexes.count)
    while low < high {
      let middle = (low + high) / 2
      if apexes[middle].withSpan({ Self.precedes($0, apex) }) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < apexes.count && apexes[low].withSpan { $0.equals(apex) }
  }

  private static func precedes(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    var index = 0
    while index < one.count, index < other.count {
      if one[index] != other[index] { return one[index] < other[index] }
      index += 1
    }
    return one.count < other.count
  }
}
