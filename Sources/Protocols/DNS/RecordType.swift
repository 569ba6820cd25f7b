// table: types of records with their mnemonics (the IANA registry of RR TYPEs).

import Primitives

/// The type of a record or question. Types that are not in the table are carried as they are and
/// written `TYPE123` (RFC 3597).
@usableFromInline package struct RecordType: RawRepresentable, Hashable, Sendable {
  @usableFromInline package let rawValue: UInt16

  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable package static var a: RecordType { RecordType(rawValue: 1) }
  @inlinable package static var ns: RecordType { RecordType(rawValue: 2) }
  @inlinable package static var md: RecordType { RecordType(rawValue: 3) }
  @inlinable package static var mf: RecordType { RecordType(rawValue: 4) }
  @inlinable package static var cname: RecordType { RecordType(rawValue: 5) }
  @inlinable package static var soa: RecordType { RecordType(rawValue: 6) }
  @inlinable package static var mb: RecordType { RecordType(rawValue: 7) }
  @inlinable package static var mg: RecordType { RecordType(rawValue: 8) }
  @inlinable package static var mr: RecordType { RecordType(rawValue: 9) }
  @inlinable package static var ptr: RecordType { RecordType(rawValue: 12) }
  @inlinable package static var hinfo: RecordType { RecordType(rawValue: 13) }
  @inlinable package static var minfo: RecordType { RecordType(rawValue: 14) }
  @inlinable package static var mx: RecordType { RecordType(rawValue: 15) }
  @inlinable package static var txt: RecordType { RecordType(rawValue: 16) }
  @inlinable package static var rp: RecordType { RecordType(rawValue: 17) }
  @inlinable package static var afsdb: RecordType { RecordType(rawValue: 18) }
  @inlinable package static var rt: RecordType { RecordType(rawValue: 21) }
  @inlinable package static var sig: RecordType { RecordType(rawValue: 24) }
  @inlinable package static var px: RecordType { RecordType(rawValue: 26) }
  @inlinable package static var aaaa: RecordType { RecordType(rawValue: 28) }
  @inlinable package static var loc: RecordType { RecordType(rawValue: 29) }
  @inlinable package static var nxt: RecordType { RecordType(rawValue: 30) }
  @inlinable package static var srv: RecordType { RecordType(rawValue: 33) }
  @inlinable package static var naptr: RecordType { RecordType(rawValue: 35) }
  @inlinable package static var kx: RecordType { RecordType(rawValue: 36) }
  @inlinable package static var cert: RecordType { RecordType(rawValue: 37) }
  @inlinable package static var dname: RecordType { RecordType(rawValue: 39) }
  @inlinable package static var opt: RecordType { RecordType(rawValue: 41) }
  @inlinable package static var apl: RecordType { RecordType(rawValue: 42) }
  @inlinable package static var ds: RecordType { RecordType(rawValue: 43) }
  @inlinable package static var sshfp: RecordType { RecordType(rawValue: 44) }
  @inlinable package static var ipseckey: RecordType { RecordType(rawValue: 45) }
  @inlinable package static var rrsig: RecordType { RecordType(rawValue: 46) }
  @inlinable package static var nsec: RecordType { RecordType(rawValue: 47) }
  @inlinable package static var dnskey: RecordType { RecordType(rawValue: 48) }
  @inlinable package static var dhcid: RecordType { RecordType(rawValue: 49) }
  @inlinable package static var nsec3: RecordType { RecordType(rawValue: 50) }
  @inlinable package static var nsec3param: RecordType { RecordType(rawValue: 51) }
  @inlinable package static var tlsa: RecordType { RecordType(rawValue: 52) }
  @inlinable package static var smimea: RecordType { RecordType(rawValue: 53) }
  @inlinable package static var cds: RecordType { RecordType(rawValue: 59) }
  @inlinable package static var cdnskey: RecordType { RecordType(rawValue: 60) }
  @inlinable package static var openpgpkey: RecordType { RecordType(rawValue: 61) }
  @inlinable package static var csync: RecordType { RecordType(rawValue: 62) }
  @inlinable package static var zonemd: RecordType { RecordType(rawValue: 63) }
  @inlinable package static var svcb: RecordType { RecordType(rawValue: 64) }
  @inlinable package static var https: RecordType { RecordType(rawValue: 65) }
  @inlinable package static var spf: RecordType { RecordType(rawValue: 99) }
  @inlinable package static var eui48: RecordType { RecordType(rawValue: 108) }
  @inlinable package static var eui64: RecordType { RecordType(rawValue: 109) }
  /// The marker of a name that does not exist in compact denial (RFC 9824 section 2.2).
  @inlinable package static var nxname: RecordType { RecordType(rawValue: 128) }
  @inlinable package static var tsig: RecordType { RecordType(rawValue: 250) }
  @inlinable package static var ixfr: RecordType { RecordType(rawValue: 251) }
  @inlinable package static var axfr: RecordType { RecordType(rawValue: 252) }
  @inlinable package static var any: RecordType { RecordType(rawValue: 255) }
  @inlinable package static var uri: RecordType { RecordType(rawValue: 256) }
  @inlinable package static var caa: RecordType { RecordType(rawValue: 257) }

  /// Whether it can only be asked for or stands in the additional section: the types from 128 to
  /// 255 and OPT are no zone's content (RFC 6895 section 3.1).
  @inlinable package var isMeta: Bool { rawValue >= 128 && rawValue < 256 || rawValue == 41 }

  /// The mnemonics, with the types that have one. A is not among them: a static string of one
  /// scalar is not stored as text.
  static let mnemonics: [(type: RecordType, text: StaticString)] = [
    (.ns, "NS"), (.cname, "CNAME"), (.soa, "SOA"), (.ptr, "PTR"), (.hinfo, "HINFO"),
    (.mx, "MX"), (.txt, "TXT"), (.rp, "RP"), (.afsdb, "AFSDB"), (.aaaa, "AAAA"), (.loc, "LOC"),
    (.srv, "SRV"), (.naptr, "NAPTR"), (.cert, "CERT"), (.dname, "DNAME"), (.opt, "OPT"),
    (.ds, "DS"), (.sshfp, "SSHFP"), (.rrsig, "RRSIG"), (.nsec, "NSEC"), (.dnskey, "DNSKEY"),
    (.nsec3, "NSEC3"), (.nsec3param, "NSEC3PARAM"), (.tlsa, "TLSA"), (.smimea, "SMIMEA"),
    (.cds, "CDS"), (.cdnskey, "CDNSKEY"), (.openpgpkey, "OPENPGPKEY"), (.svcb, "SVCB"),
    (.https, "HTTPS"), (.spf, "SPF"), (.nxname, "NXNAME"), (.tsig, "TSIG"), (.ixfr, "IXFR"),
    (.axfr, "AXFR"), (.any, "ANY"), (.uri, "URI"), (.caa, "CAA"), (.md, "MD"), (.mf, "MF"),
    (.mb, "MB"), (.mg, "MG"), (.mr, "MR"), (.minfo, "MINFO"), (.rt, "RT"), (.sig, "SIG"),
    (.px, "PX"),
    (.nxt, "NXT"), (.kx, "KX"), (.apl, "APL"), (.ipseckey, "IPSECKEY"), (.dhcid, "DHCID"),
    (.csync, "CSYNC"), (.zonemd, "ZONEMD"), (.eui48, "EUI48"), (.eui64, "EUI64"),
  ]

  /// The type that a mnemonic or `TYPE123` names, in any ASCII case; nil if it is neither.
  package init?(_ text: Span<UInt8>) {
    if text.count == 1, text[0].asciiLowercased == 0x61 {
      self = .a
      return
    }
    for (type, mnemonic) in Self.mnemonics where text.matches(mnemonic) {
      self = type
      return
    }
    guard let number = text.genericNumber(after: "TYPE") else { return nil }
    self.init(rawValue: number)
  }

  /// Appends the mnemonic, or `TYPE123` (RFC 3597 section 5).
  package func append(to output: inout [UInt8]) {
    if self == .a { return output.append(0x41) }
    for (type, mnemonic) in Self.mnemonics where type == self { return output.append(mnemonic) }
    output.append("TYPE")
    output.appendDecimal(UInt64(rawValue))
  }
}

extension RecordType: CustomStringConvertible {
  @usableFromInline package var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
