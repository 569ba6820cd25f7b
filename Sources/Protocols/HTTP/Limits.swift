// The limits of this room: each with its unit, its reason, and what happens at it.

/// What one HTTP/1.1 message head and its body's framing may cost. Crossing a limit throws.
package struct HTTP1Limits: Sendable {
  /// Bytes of a request line or status line without CRLF. RFC 9112 section 3 asks for at least
  /// 8,000; beyond it: 414.
  package var startLineBytes = 16 * 1024

  /// Bytes of a header section with its line ends. Chrome sends up to some 10 KiB with cookies;
  /// beyond it: 431.
  package var headerSectionBytes = 32 * 1024

  /// Field lines of one section, so that scanning a block stays cheap; beyond it: 431.
  package var fieldCount = 128

  /// Bytes of a method: the longest registered one has 17 (RFC 9110 section 16.1); beyond: 501.
  package var methodBytes = 32

  /// Bytes of the extensions of one chunk. Nobody uses them but attackers; beyond it: 400.
  package var chunkExtensionBytes = 256

  /// Bytes of the extensions of all chunks of one body, against floods of tiny chunks; 400.
  package var totalChunkExtensionBytes = 16 * 1024

  /// Bytes of a trailer section with its line ends; beyond it: 431.
  package var trailerSectionBytes = 8 * 1024

  /// Field lines of a trailer section; beyond it: 431.
  package var trailerFieldCount = 32

  package init() {}
}

/// Limits of single fields, whatever version of HTTP they came by.
enum FieldLimits {
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

  /// Field names kept from `no-cache=` or `private=`; beyond it the directive counts as bare.
  static let qualifiedNames = 16

  /// Members of a structured list, dictionary or inner list, and parameters of one item. RFC 9651
  /// sections 3.1 and 3.2 ask for at least 1,024 members and 256 parameters; beyond it: refused.
  static let structuredMembers = 1024

  /// Bytes of one structured field. RFC 9651 asks for strings of at least 1,024; refused beyond.
  static let structuredBytes = 64 * 1024
}
