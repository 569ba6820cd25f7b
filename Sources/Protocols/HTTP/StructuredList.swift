// A structured list.

import Primitives

/// A list (RFC 9651 section 3.1).
package struct StructuredList: Equatable, Sendable {
  package var members: [StructuredMember]

  package init(_ members: [StructuredMember]) { self.members = members }

  /// The list in a field's value, lines joined with commas; nil if it is malformed.
  package init?(parsing value: Span<UInt8>) {
    var parser = StructuredFieldParser(value)
    do throws(HTTPParseError) {
      try parser.begin()
      members = try parser.list()
      try parser.end()
    } catch {
      // As for an item: there is nothing to know but that.
      return nil
    }
  }
}
