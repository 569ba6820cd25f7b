// Which of a site's languages a client likes best.

import HTTP
import Primitives

/// The languages that a site has content in, and the look-up of RFC 4647 section 3.4: the one that
/// fits the range that the client likes best, else the first.
struct LanguageLookup: Sendable {
  private let tags: [[UInt8]]

  /// The languages of `tags`, the usual one first, in the spelling in which origins are told them.
  init(_ tags: [String]) { self.tags = tags.map { Array($0.utf8) } }

  var isEmpty: Bool { tags.isEmpty }

  /// Whether a text is a language tag (RFC 5646 section 2.1): subtags of one to eight letters and
  /// digits. One that ends with a subtag of one character would never be found.
  static func isTag(_ text: String) -> Bool {
    let subtags = text.utf8.split(separator: 0x2d, omittingEmptySubsequences: false)
    guard let first = subtags.first, let last = subtags.last, text.utf8.count <= 35 else {
      return false
    }
    return first.allSatisfy { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a } && last.count > 1
      && subtags.allSatisfy { subtag in
        (1...8).contains(subtag.count)
          && subtag.allSatisfy { $0.isASCIIDigit || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a }
      }
  }

  /// Steps that a look-up takes at most.
  func steps(for request: FieldBlock) -> Int {
    var bytes = 0
    for index in request.entries.indices
    where request.entries[index].name == .acceptLanguage {
      bytes += request.withValue(at: index) { $0.count }
    }
    return bytes * (tags.count + 1)
  }

  /// The index of the language for a request; 0 if none of those that it names is there.
  func find(_ request: FieldBlock) -> Int {
    var best = 0
    var most: UInt16 = 0
    for index in request.entries.indices
    where request.entries[index].name == .acceptLanguage {
      request.withValue(at: index) { value in
        value.forEachToken { member in
          let end = member.first(0x3b, in: 0..<member.count) ?? member.count
          let weight = member.extracting(end..<member.count).weight
          // Of ranges with one weight the first counts; 0 is refused.
          guard weight > most else { return }
          let range = member.extracting(0..<Self.end(of: member, before: end))
          if let found = find(range) { (best, most) = (found, weight) }
        }
      }
    }
    return best
  }

  /// Makes a request ask for the language at `index` alone.
  func write(_ index: Int, to request: inout FieldBlock) {
    let tag = tags[index]
    if request.count(of: .acceptLanguage) == 1,
      request.withFirst(.acceptLanguage, { $0.equals(tag.span) }) ?? false
    {
      return
    }
    request.remove(.acceptLanguage)
    request.append(.acceptLanguage, tag.span)
  }

  /// The language that a range names, or the one that is left of it when subtags are taken from its
  /// end one by one: the longest that it begins with. `*` names none.
  private func find(_ range: Span<UInt8>) -> Int? {
    var found: Int?
    var length = 0
    for index in tags.indices {
      let tag = tags[index]
      let count = tag.count
      guard count > length, count <= range.count,
        count == range.count || range[count] == 0x2d,
        range.extracting(0..<count).equalsIgnoringCase(tag.span)
      else { continue }
      (found, length) = (index, count)
    }
    return found
  }

  private static func end(of member: Span<UInt8>, before end: Int) -> Int {
    var end = end
    while end > 0, member[end - 1] == 0x20 || member[end - 1] == 0x09 { end -= 1 }
    return end
  }
}
