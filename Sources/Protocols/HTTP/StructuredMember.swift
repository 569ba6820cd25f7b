// A member of a structured list or dictionary.

/// A member of a list or dictionary (RFC 9651 section 3.1).
package enum StructuredMember: Equatable, Sendable {
  case item(StructuredItem)
  case innerList([StructuredItem], parameters: [StructuredParameter])
}
