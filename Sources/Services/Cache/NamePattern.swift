// Names of parameters and cookies.

import HTTP
import Primitives

/// A name, or the beginning of names. Names of parameters and cookies have case.
struct NamePattern: Sendable {
  private let name: [UInt8]
  private let isBeginning: Bool

  /// A star at the end of `pattern` stands for any rest.
  init(_ pattern: String) {
    isBeginning = pattern.utf8.last == 0x2a
    name = Array(isBeginning ? pattern.utf8.dropLast() : pattern.utf8[...])
  }

  /// Bytes that a comparison looks at, at most.
  var length: Int { name.count }

  func matches(_ text: Span<UInt8>, _ budget: inout StepBudget) -> Bool {
    guard isBeginning ? text.count >= name.count : text.count == name.count else {
      budget.take(1)
      return false
    }
    var index = 0
    while index < name.count, name[index] == text[index] { index += 1 }
    budget.take(index + 1)
    return index == name.count
  }

  func matches(_ text: Span<UInt8>) -> Bool {
    guard isBeginning else { return text.equals(name.span) }
    return text.count >= name.count && text.extracting(0..<name.count).equals(name.span)
  }
}
