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

  /// Error pages of a zone; more are refused.
  static let errorPages = 16

  /// The length of an error page, in bytes; longer ones are refused. They stay in memory with the zone.
  static let errorPageBytes = 64 << 10

  /// The length of a certificate chain or key as PEM text, in bytes; longer ones are refused.
  static let certificateBytes = 256 << 10

  /// The length of a name, in characters (RFC 1035 section 2.3.4); longer ones are refused.
  static let nameBytes = 253

  /// The length of a label, in characters (RFC 1035 section 2.3.4); longer ones are refused.
  static let labelBytes = 63

  /// Numbers that are left out after a restore from an export: there must be fewer changes between an
  /// export (one every few seconds) and the damage, so that a number never means two things.
  static let restoreGap: UInt64 = 1_000_000

  /// Things that one purge names; more are refused.
  static let purgeItems = 1_000

  /// The length of a URL that is purged, in bytes; longer ones are refused.
  static let purgeURLBytes = 16 << 10

  /// The length of a prefix that is purged, in bytes; longer ones are refused.
  static let purgePrefixBytes = 1_024

  /// Purges of a zone that a server of the fleet is owed which can't be reached; with one more all of them are
  /// forgotten, and it gets a purge of everything of the zone.
  static let owedPurges = 1_000

  /// Purges of all zones that it is owed, some 20 MiB; with one more it gets a purge of everything of all zones.
  static let owedPurgesOfServer = 100_000

  /// Things that one line of the log names; a purge of more takes several, each with a number, so that
  /// the log stays below 100 MiB.
  static let purgeItemsPerChange = 64

  /// Bytes of prefixes that one line of the log names; what holds for `purgeItemsPerChange` holds here.
  static let purgePrefixBytesPerChange = 1_024

  /// Rows of purges that count no more which a purge removes at least: their removal is no long one.
  static let purgesSwept = 64

  /// Rows of purges of a removed zone that go at once, a few milliseconds' worth; the others go in
  /// pieces of as many, so that no change waits for 262,144 of them.
  static let purgeRowsRemoved = 4_096

  /// Changes of zones that the log keeps, and as many purges. Who asks for older ones is told to read
  /// everything.
  package static let changesKept = 100_000

  /// Seconds after which a zone that is signed, and may be copied, gets a new serial number though nothing
  /// has changed, so that copies get fresh signatures: theirs are good for nine days at least.
  package static let resigningSeconds: Int64 = 3 * 86_400

  /// Seconds by which zones are earlier than that, each by a part of its own.
  static let resigningSpreadSeconds: Int64 = 86_400

  /// Names without DNS whose last serial numbers are kept, 0.6 KiB each; the oldest go. Such a name, if it comes
  /// again, may have a number that is earlier than what others still have of it.
  static let lostSerials = 100_000

  /// Seconds after which a step of a zone's keys that was not written is tried again.
  static let keyRetrySeconds: Int64 = 60

  /// Seconds after which the zone above is asked for DS records that are waited for; twice as long each time.
  static let parentSeconds: Int64 = 60

  /// Seconds between two such questions at most: a rollover takes weeks, and there may be a million zones
  /// above which nobody ever gives DS records.
  static let parentSecondsAtMost: Int64 = 12 * 3_600

  /// Seconds by which the wall clock may differ from one that nobody sets before it counts as set; what keys wait
  /// for is then moved by as much. Less is what waits have to spare.
  static let clockJumpSeconds: Int64 = 60

  /// Bytes that name a start of the machine (a UUID); more are not read.
  static let bootBytes = 64

  /// Changes that are added to an export at once; with more it is written anew.
  static let exportAdditions = 10_000

  /// Bytes that may be added to an export beyond half of what it was at first; then it is written
  /// anew.
  static let exportAdditionsBytes = 1 << 20

  /// The size of an export that is read, in bytes; a larger file is refused.
  static let exportBytes = 64 << 30
}
