// Targeted cache control: the same directives as a structured dictionary.

import Primitives

extension CacheControl {
  /// The directives of a targeted field such as CDN-Cache-Control (RFC 9213 section 2.1), a
  /// structured dictionary over all its lines; nil if there is none, if it is empty or if it can't
  /// be parsed: then it must be ignored and Cache-Control counts (section 2.2).
  package init?(targeted name: FieldName, _ fields: borrowing FieldBlock) {
    guard let value = fields.combined(name),
      let dictionary = StructuredDictionary(parsing: value.span), !dictionary.members.isEmpty
    else { return nil }
    self.init()
    for member in dictionary.members { apply(member.key, member.value) }
  }

  /// A flag is a boolean true, seconds are an integer, names a string; a value of another type, or
  /// a flag that is false, makes the directive as if it were not there (RFC 9213 section 2.1),
  /// except that seconds that are no such number are stale.
  private mutating func apply(_ key: [UInt8], _ member: StructuredMember) {
    guard case .item(let item) = member, let directive = CacheDirective(key.span) else { return }
    switch (item.value, directive) {
    case (.boolean(false), _): return
    case (.boolean(true), .flag), (.boolean(true), .noCache), (.boolean(true), .isPrivate),
      (.boolean(true), .maxStale):
      set(key.span, hasArgument: false, nil)
    case (.integer, .flag), (.integer, .noCache), (.integer, .isPrivate): return
    case (.integer(let seconds), _):
      var digits: [UInt8] = []
      if seconds >= 0 { digits.appendDecimal(UInt64(seconds)) }
      set(key.span, hasArgument: true, digits)
    case (.string(let names), .noCache), (.string(let names), .isPrivate),
      (.token(let names), .noCache), (.token(let names), .isPrivate):
      set(key.span, hasArgument: true, names)
    case (_, .flag), (_, .noCache), (_, .isPrivate): return
    default: set(key.span, hasArgument: true, nil)
    }
  }
}

extension FieldBlock {
  /// The values of all fields of that name, joined as one list (RFC 9110 section 5.3); nil if
  /// there is none.
  package func combined(_ name: FieldName) -> [UInt8]? {
    var combined: [UInt8]?
    for index in entries.indices where entries[index].name == name {
      if combined != nil { combined?.append(", ") } else { combined = [] }
      withValue(at: index) { combined?.append($0) }
    }
    return combined
  }
}
