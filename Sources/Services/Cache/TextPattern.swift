// Patterns with stars.

import Primitives

/// A text whose stars stand for any characters, none too.
///
/// Matching takes time in proportion to text times pattern at most, which a budget cuts short, and
/// allocates nothing.
struct TextPattern: Sendable {
  private let bytes: [UInt8]

  init(_ pattern: String) { bytes = Array(pattern.utf8) }

  /// Whether the whole text fits; false if the budget is used up before that is known.
  func matches(_ text: Span<UInt8>, _ budget: inout StepBudget) -> Bool {
    budget.take(1)
    var index = 0
    var place = 0
    // Where the last star was, and up to where it reaches in the text.
    var star = -1
    var reach = 0
    while index < text.count {
      budget.take(1)
      if budget.isExhausted { return false }
      if place < bytes.count, bytes[place] == 0x2a {
        star = place
        reach = index
        place += 1
      } else if place < bytes.count, bytes[place] == text[index] {
        place += 1
        index += 1
      } else if star >= 0 {
        reach += 1
        index = reach
        place = star + 1
      } else {
        return false
      }
    }
    while place < bytes.count, bytes[place] == 0x2a { place += 1 }
    return place == bytes.count
  }
}
