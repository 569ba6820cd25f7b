// Every limit of Zones.

/// The limits of zone configuration.
package enum ZonesLimits {
  /// Hostnames of a zone; more are refused.
  static let hostnames = 1_000

  /// Origins of a zone; more are refused.
  static let origins = 100

  /// Certificates of a zone; more are refused.
  static let certificates = 100

  /// Response fields that a zone sets; more are refused.
  static let responseFields = 100

  /// The length of a response field's value, in bytes; longer ones are refused.
  static let responseFieldBytes = 4_096

  /// The length of a certificate chain or key as PEM text, in bytes; longer ones are refused.
  static let certificateBytes = 256 << 10

  /// The length of a name, in characters (RFC 1035 section 2.3.4); longer ones are refused.
  static let nameBytes = 253

  /// The length of a label, in characters (RFC 1035 section 2.3.4); longer ones are refused.
  static let labelBytes = 63

  /// Changes that the log keeps. Who asks for older ones is told to read everything.
  package static let changesKept: UInt64 = 100_000

  /// Changes that are added to an export at once; with more it is written anew.
  static let exportAdditions = 10_000

  /// Bytes that may be added to an export beyond half of what it was at first; then it is written
  /// anew.
  static let exportAdditionsBytes = 1 << 20

  /// The size of an export that is read, in bytes; a larger file is refused.
  static let exportBytes = 64 << 30
}
