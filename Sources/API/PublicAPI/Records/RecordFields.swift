// table: What the API calls the parts of contents, type by type.

import DNS

/// The members of `data` of a type, in the order in which zone files have them.
struct RecordFields {
  /// One part.
  struct Field {
    let key: String
    let kind: Kind
  }

  /// How a part is written.
  enum Kind {
    /// A number, or a word of letters, digits and signs.
    case word, number
    /// A domain name, in full; shown without the final dot, or with it.
    case name, dottedName
    /// A text, in quotes in zone files.
    case text
    /// What is left, as zone files have it.
    case rest
  }

  let fields: [Field]

  private init(_ fields: (String, Kind)...) {
    self.fields = fields.map { Field(key: $0.0, kind: $0.1) }
  }

  /// Of a type whose contents the API takes apart; nil for others.
  static func of(_ type: RecordType) -> RecordFields? {
    switch type {
    case .srv:
      RecordFields(
        ("priority", .number), ("weight", .number), ("port", .number), ("target", .name))
    case .caa: RecordFields(("flags", .number), ("tag", .word), ("value", .text))
    case .sshfp: RecordFields(("algorithm", .number), ("type", .number), ("fingerprint", .rest))
    case .tlsa, .smimea:
      RecordFields(
        ("usage", .number), ("selector", .number), ("matching_type", .number),
        ("certificate", .rest))
    case .ds:
      RecordFields(
        ("key_tag", .number), ("algorithm", .number), ("digest_type", .number), ("digest", .rest))
    case .dnskey:
      RecordFields(
        ("flags", .number), ("protocol", .number), ("algorithm", .number), ("public_key", .rest))
    case .cert:
      RecordFields(
        ("type", .number), ("key_tag", .number), ("algorithm", .number), ("certificate", .rest))
    case .naptr:
      RecordFields(
        ("order", .number), ("preference", .number), ("flags", .text), ("service", .text),
        ("regex", .text), ("replacement", .dottedName))
    case .svcb, .https:
      RecordFields(("priority", .number), ("target", .dottedName), ("value", .rest))
    case .uri: RecordFields(("priority", .number), ("weight", .number), ("target", .text))
    case .loc:
      RecordFields(
        ("lat_degrees", .number), ("lat_minutes", .number), ("lat_seconds", .number),
        ("lat_direction", .word), ("long_degrees", .number), ("long_minutes", .number),
        ("long_seconds", .number), ("long_direction", .word), ("altitude", .number),
        ("size", .number), ("precision_horz", .number), ("precision_vert", .number))
    default: nil
    }
  }

  /// Types whose content is one name.
  static func isName(_ type: RecordType) -> Bool {
    type == .cname || type == .ns || type == .ptr || type == .dname
  }

  /// Types that customers may have.
  static let types: [RecordType] = [
    .a, .aaaa, .caa, .cert, .cname, .dnskey, .ds, .https, .loc, .mx, .naptr, .ns, .openpgpkey,
    .ptr, .smimea, .srv, .sshfp, .svcb, .tlsa, .txt, .uri,
  ]
}
