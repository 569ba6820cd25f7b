// A zone as its answers are made from: one block of bytes.

import DNS
import Primitives

/// One zone's names and record sets, compiled: immutable, shared by all loops, and the same in memory
/// as in the store, so that activating a zone reads one value and parses nothing.
///
/// Numbers of the layout are little-endian, contents as on the wire. A header (`Header`), the apex in
/// wire form, a hash table of nodes, the nodes, then labels and record sets. A node is one name; its
/// children are found by (node, label) in the hash table, so that a query walks down from the apex,
/// one probe per label, and stops at the first label that is not there: at the closest encloser.
@usableFromInline package struct ZoneImage: Sendable, Equatable {
  package let bytes: [UInt8]

  init(checked bytes: [UInt8]) { self.bytes = bytes }

  /// The image that `bytes` hold; nil if they hold none of this format, or a broken one.
  package init?(_ bytes: [UInt8]) {
    guard ImageReader.isSound(bytes.span) else { return nil }
    self.bytes = bytes
  }

  /// Where things are in the header, as byte offsets.
  enum Header {
    static let format = 0
    static let apexLength = 1
    static let apexLabels = 2
    static let flags = 3
    static let nodes = 4
    static let slots = 8
    static let seed = 12
    static let slotsStart = 16
    static let nodesStart = 20
    static let soa = 24
    static let negativeTTL = 28
    static let records = 32
    static let length = 36
  }

  /// Where things are in a node.
  enum Node {
    static let parent = 0
    static let hash = 4
    static let label = 8
    static let sets = 12
    static let setCount = 16
    static let flags = 18
    static let rules = 19
    static let wildcard = 20
    static let length = 24
  }

  /// Where things are in a record set, before its contents and its glue.
  enum Set {
    static let type = 0
    static let count = 2
    static let ttl = 4
    static let contentBytes = 8
    static let glue = 12
    static let length = 14
  }

  /// Bits of a node's flags.
  enum NodeFlag {
    /// A delegation: what is here and below is another's.
    static let cut: UInt8 = 1
    static let alias: UInt8 = 2
    /// Something is answered that is no record set of the node (`ImageReader.Rule`).
    static let ruled: UInt8 = 4
  }

  /// The format of images without rules, which is that of all images before there were rules.
  static let plainFormat: UInt8 = 1
  /// The format of images with rules: who does not know of these takes none for something else.
  static let ruledFormat: UInt8 = 2
  /// The format of images with rules of which some are health checks.
  static let checkedFormat: UInt8 = 3
  static let none: UInt32 = .max

  /// Whether the SOA was made by us, so that its serial number follows the changes.
  package var hasMadeSOA: Bool { bytes[Header.flags] & 1 != 0 }

  /// Whether there are nodes with rules.
  var hasRules: Bool { bytes[Header.flags] & 4 != 0 }

  /// Whether names are answered with the addresses of others: a copy would lack these.
  package var hasFlattenedNames: Bool { bytes[Header.flags] & 16 != 0 }

  /// Whether addresses of some records are checked.
  package var hasChecks: Bool { bytes[Header.flags] & 32 != 0 }

  /// Whether some of these are for places.
  var hasPlaces: Bool { bytes[Header.flags] & 8 != 0 }

  /// The apex in canonical wire form.
  package var apex: [UInt8] {
    Array(bytes[Header.length..<(Header.length + Int(bytes[Header.apexLength]))])
  }

  /// Labels of the apex without the root.
  package var apexLabels: Int { Int(bytes[Header.apexLabels]) }

  /// Records in the zone, a made SOA among them.
  package var recordCount: Int { Int(bytes.span.littleEndian32(at: Header.records)) }

  /// The image with the serial number set to `epoch`, modulo 2^32, if it is one of an earlier version.
  package func stamped(epoch: UInt64) -> ZoneImage {
    hasSettledSerial ? self : with(SerialNumber(UInt32(truncatingIfNeeded: epoch)))
  }
}
