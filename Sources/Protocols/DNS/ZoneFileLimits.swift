// The limits of zone files: each with its unit, its reason, and what happens at it.

/// What one zone file may cost its reader. A file that crosses a limit has a fault.
package struct ZoneFileLimits: Sendable {
  /// Bytes of one entry, which parentheses may spread over lines, without white space and comments.
  /// A content of 65,535 bytes written as `\DDD` has 262,140; the rest of such an entry is passed over.
  package var entryBytes = 300_000

  /// Words of one entry; a key or a long text has some hundreds. The rest is passed over.
  package var entryWords = 16_384

  /// Bytes of one line with its comment, against files that are no text; reading ends there.
  package var lineBytes = 1_000_000

  /// Parentheses within parentheses. RFC 1035 has no use for a second; the entry is a fault.
  package var depth = 8

  /// Records of one file; reading ends there.
  package var records = 10_000_000

  /// Faults that are kept, as many as a person mends at once; reading ends there.
  package var faults = 50

  /// Bytes of a word that a fault quotes; the rest is left out.
  static let quotedBytes = 60

  package init() {}
}
