// Every limit of PublicAPI.

import Primitives

/// The limits of the public API.
package enum APILimits {
  /// Requests of an account within a window, unless its own number says otherwise; one more is refused with 429 and
  /// Retry-After until the window ends. The figure is the one that clients of this API expect.
  package static let requests = 1_200

  /// The length of that window.
  static let window = Duration.seconds(300)

  /// Bytes of a request's content; a larger one is refused with 413. A zone file of 20,000 records fits.
  static let bodyBytes = 4 << 20

  /// Bytes of contents together that are being received or worked on; beyond it a request is refused with 503.
  static let bodiesBytes = 64 << 20

  /// Bytes of contents of one account's requests together; beyond it a request is refused with 503.
  static let accountBytes = 8 << 20

  /// Requests of one account that wait for something at the same time; one more is refused with 429.
  static let concurrentRequests = 32

  /// Connections to the API at the same time; a request on one more is refused with 503.
  static let connections = 4_096

  /// Accounts whose lanes are kept in memory; beyond it those that are idle are forgotten, with their counts.
  static let customers = 10_000

  /// Credentials that are remembered with whose they are; beyond it all are looked up again.
  static let principals = 10_000

  /// The seconds that a record has whose TTL is left to us.
  static let automaticTTL = 300

  /// Seconds that a record's TTL may have; others are refused.
  static let ttl = 30...86_400

  /// Bytes of a record's comment; a longer one is refused.
  static let commentBytes = 500

  /// Tags of a record; more are refused.
  static let tags = 20

  /// Bytes of a tag; a longer one is refused.
  static let tagBytes = 132

  /// Bytes of a name of an account or a token; a longer one is refused.
  static let nameBytes = 255

  /// Elements of a page of zones, and at most; who asks for more is told so.
  static let zonesPerPage = (usual: 20, maximum: 1_000)

  /// Elements of a page of records, and at most; who asks for more is told so.
  static let recordsPerPage = (usual: 100, maximum: 5_000)

  /// Records that one batch adds, changes and removes; more are refused.
  static let batch = 1_000

  /// Records of one name, of all types; more are refused.
  static let recordsPerName = 2_000

  /// Zones in a new one's name that are looked at; with more it is refused as if one of them were another's.
  static let zonesBelow = 1_000

  /// Tokens of an account; one more is refused.
  static let tokens = 1_000

  /// Grants of a token, zones of a grant; more are refused.
  static let grants = 100

  /// Accounts in the operator's list; more are left out.
  static let accounts = 10_000

  /// Lines of the audit log on one page; older ones stay in the store.
  static let auditLines = 1_000

  /// Things that one purge names; more are refused.
  static let purgeItems = 500
}
