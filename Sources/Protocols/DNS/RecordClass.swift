// Classes of records (RFC 1035 section 3.2.4).

/// The class of a record or question. Zones are of class IN; the others are seen in questions.
@usableFromInline package struct RecordClass: RawRepresentable, Hashable, Sendable {
  @usableFromInline package let rawValue: UInt16

  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable package static var internet: RecordClass { RecordClass(rawValue: 1) }
  /// `version.bind` and its like are asked for in it.
  @inlinable package static var chaos: RecordClass { RecordClass(rawValue: 3) }
  @inlinable package static var hesiod: RecordClass { RecordClass(rawValue: 4) }
  /// RFC 2136 section 2.4.
  @inlinable package static var none: RecordClass { RecordClass(rawValue: 254) }
  @inlinable package static var any: RecordClass { RecordClass(rawValue: 255) }
}
