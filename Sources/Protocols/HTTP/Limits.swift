// The limits of single fields: each with its unit, its reason, and what happens at it.

/// Limits of single fields, whatever version of HTTP they came by.
package enum FieldLimits {
  /// Bytes of a field name. The longest registered one has 44; beyond it: 431.
  static let nameBytes = 256

  /// Bytes of host and port: a DNS name has at most 253 (RFC 1035 section 3.1); beyond it: 400.
  static let authorityBytes = 255 + 6

  /// Options of all Connection fields of a message, each of which names a field to remove; real
  /// ones have at most three. Beyond it: 431.
  static let connectionOptions = 32

  /// Byte ranges of one request (RFC 9110 section 17.15); beyond it the Range field is ignored.
  static let byteRanges = 16

  /// Entity tags looked at in one If-Match or If-None-Match; the ones beyond it do not match.
  static let entityTags = 64

  /// Bytes of an HTTP/2 header list, by the count of RFC 9113 section 10.5.1; beyond it: 431.
  static let headerListBytes = 64 * 1024

  /// Fields of an HTTP/2 header list; beyond it: 431.
  static let headerListCount = 128

  /// Fields that the servers of a fleet add on the way to those that clients and origins may send, each a few: a
  /// header list between them may have as many more.
  static let addedFields = 64

  /// Bytes of these fields.
  package static let addedFieldBytes = 16 * 1024

  /// Field names kept from `no-cache=` or `private=`; beyond it the directive counts as bare.
  static let qualifiedNames = 16

  /// Members of a structured list, dictionary or inner list, and parameters of one item. RFC 9651
  /// sections 3.1 and 3.2 ask for at least 1,024 members and 256 parameters; beyond it: refused.
  static let structuredMembers = 1024

  /// Bytes of one structured field. RFC 9651 asks for strings of at least 1,024; refused beyond.
  static let structuredBytes = 64 * 1024
}
