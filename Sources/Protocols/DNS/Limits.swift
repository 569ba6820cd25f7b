// The limits of DNS messages, names and zone files: each with its unit, reason, and what happens.

/// Limits that the protocol or this room sets, the same everywhere.
package enum DNSLimits {
  /// Bytes of a name in wire form, the root's zero among them (RFC 1035 section 2.3.4); beyond it:
  /// FORMERR, or a fault of the zone file.
  package static let nameBytes = 255

  /// Bytes of one label (RFC 1035 section 2.3.4). Longer ones can't be told from pointers; FORMERR.
  package static let labelBytes = 63

  /// Labels of a name without the root: what 255 bytes can hold.
  package static let labels = 127

  /// Compression pointers followed within one name: as many as a name has labels at most, so that a
  /// chain of pointers to pointers costs no more than a name; beyond it: FORMERR.
  package static let pointers = 127

  /// Bytes of a message over TCP (RFC 1035 section 4.2.2) and of a record's content.
  package static let messageBytes = 65_535

  /// Bytes of a UDP response to a query without EDNS (RFC 1035 section 4.2.1); also what a smaller
  /// EDNS payload size counts as (RFC 6891 section 6.2.3).
  package static let minimumPayloadBytes = 512

  /// Records of a query behind its question. IXFR sends one, EDNS and TSIG one each; beyond it:
  /// FORMERR, so that a query is never a long walk.
  package static let queryRecords = 16

  /// Suffixes of names that a message under construction remembers as targets of pointers; the names
  /// beyond it are written in full.
  package static let compressionTargets = 32

  /// Labels of a name that may be compressed: the longest that are in use, those of addresses under
  /// ip6.arpa, have 34. Names with more are written in full.
  package static let compressedLabels = 40
}
