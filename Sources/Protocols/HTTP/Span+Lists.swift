// Lists in field values (RFC 9110 section 5.6.1).

import Primitives

extension Span where Element == UInt8 {
  /// Calls `body` for each non-empty member of a comma-separated list, without white space around
  /// it. Commas within quoted strings do not separate; a quoted string that does not end takes
  /// the rest.
  @inlinable package func forEachListMember(_ body: (Span<UInt8>) -> Void) {
    var start = 0
    while start <= count {
      let end = endOfListMember(from: start, separator: 0x2c)
      var first = start
      var last = end
      while first < last, self[first] == 0x20 || self[first] == 0x09 { first += 1 }
      while last > first, self[last - 1] == 0x20 || self[last - 1] == 0x09 { last -= 1 }
      if first < last { body(extracting(first..<last)) }
      start = end + 1
    }
  }

  /// The first place from `start` of `separator` outside of quoted strings; `count` if none.
  @usableFromInline package func endOfListMember(from start: Int, separator: UInt8) -> Int {
    var index = start
    var quoted = false
    while index < count {
      let byte = self[index]
      if quoted {
        if byte == 0x5c {
          index += 1
        } else if byte == 0x22 {
          quoted = false
        }
      } else if byte == 0x22 {
        quoted = true
      } else if byte == separator {
        return index
      }
      index += 1
    }
    return count
  }

  /// Calls `body` for each non-empty member of a list whose members can't be quoted.
  @inlinable package func forEachToken(_ body: (Span<UInt8>) -> Void) {
    var start = 0
    while start <= count {
      var end = start
      while end < count, self[end] != 0x2c { end += 1 }
      var first = start
      var last = end
      while first < last, self[first] == 0x20 || self[first] == 0x09 { first += 1 }
      while last > first, self[last - 1] == 0x20 || self[last - 1] == 0x09 { last -= 1 }
      if first < last { body(extracting(first..<last)) }
      start = end + 1
    }
  }

  /// Whether a list of tokens has the member `token`, which is given in lower case, in any case.
  package func listHolds(_ token: StaticString) -> Bool {
    var found = false
    forEachToken { if $0.equalsIgnoringCase(token) { found = true } }
    return found
  }

  /// The bytes equal those of `other` but for ASCII case.
  package func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count
    where self[index].asciiLowercased != other[index].asciiLowercased { return false }
    return true
  }
}
