// What a message asks for (the IANA registry of DNS OpCodes).

/// The kind of a query: four bits of the header.
@usableFromInline package struct Opcode: RawRepresentable, Hashable, Sendable {
  @usableFromInline package let rawValue: UInt8

  @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable package static var query: Opcode { Opcode(rawValue: 0) }
  /// RFC 1996.
  @inlinable package static var notify: Opcode { Opcode(rawValue: 4) }
  /// RFC 2136.
  @inlinable package static var update: Opcode { Opcode(rawValue: 5) }
}
