// A structured dictionary.

import Primitives

/// A dictionary in the order of its keys' first appearance (RFC 9651 section 3.2).
package struct StructuredDictionary: Equatable, Sendable {
  /// A key with its value; a later one of the same key replaces the value.
  package struct Member: Equatable, Sendable {
    package var key: [UInt8]
    package var value: StructuredMember

    package init(key: [UInt8], value: StructuredMember) {
      self.key = key
      self.value = value
    }
  }

  package var members: [Member]

  package init(_ members: [Member]) { self.members = members }

  /// The dictionary in a field's value, lines joined with commas; nil if it is malformed.
  package init?(parsing value: Span<UInt8>) {
    var parser = StructuredFieldParser(value)
    do throws(HTTPParseError) {
      try parser.begin()
      members = try parser.dictionary()
      try parser.end()
    } catch {
      // As for an item: there is nothing to know but that.
      return nil
    }
  }

  /// The member of that key; nil if there is none.
  package func member(_ key: StaticString) -> StructuredMember? {
    for member in members {
      let found = member.key
      if found.span.equals(key) { return member.value }
    }
    return nil
  }
}
