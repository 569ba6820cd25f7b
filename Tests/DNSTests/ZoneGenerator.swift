// Random zones for properties.

import DNS
import Primitives

/// Makes records of every type with contents that are valid but otherwise anything.
struct ZoneGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  /// The next number below `bound`.
  mutating func number(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % bound
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(number(256)) } }

  /// A name with so many labels of any bytes.
  mutating func name(labels: Int) -> DomainName {
    var wire: [UInt8] = []
    for _ in 0..<labels {
      let length = 1 + number(12)
      wire += [UInt8(length)] + bytes(length)
    }
    return DNSTests.name(bytes: wire + [0])
  }

  mutating func record(below origin: DomainName) -> ZoneRecord {
    let name =
      number(4) == 0
      ? origin
      : DNSTests.name(
        bytes: self.name(labels: 1 + number(2)).bytes.dropLast() + origin.bytes)
    let type = types[number(types.count)]
    return ZoneRecord(
      name: name, type: type, ttl: UInt32(number(1 << 31)), content: content(of: type))
  }

  private mutating func string(_ most: Int = 255) -> [UInt8] {
    let length = number(most + 1)
    return [UInt8(length)] + bytes(length)
  }

  private mutating func bitmap() -> [UInt8] {
    var output: [UInt8] = []
    let types = (0..<number(6)).map { _ in RecordType(rawValue: UInt16(1 + number(65_534))) }
    TypeBitmap.append(types, to: &output)
    return output
  }

  private mutating func location() -> [UInt8] {
    let latitude = (1 << 31) + number(2 * 324_000_000) - 324_000_000
    let longitude = (1 << 31) + number(2 * 648_000_000) - 648_000_000
    var output: [UInt8] = [0]
    for _ in 0..<3 { output.append(UInt8(1 + number(9)) << 4 | UInt8(number(10))) }
    for value in [latitude, longitude] {
      output += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    return output + bytes(4)
  }

  private mutating func parameters() -> [UInt8] {
    var output: [UInt8] = []
    if number(2) == 0 { output += [0, 0, 0, 2, 0, 1, 0, 1, 0, 3, 2] + bytes(2) }
    if number(2) == 0 { output += [0, 3, 0, 2] + bytes(2) }
    if number(2) == 0 { output += [0, 4, 0, 8] + bytes(8) }
    if number(2) == 0 { output += [0, 5, 0, 5] + bytes(5) }
    if number(2) == 0 { output += [0, 6, 0, 16] + bytes(16) }
    if number(2) == 0 { output += [0, 200, 0, 9] + bytes(9) }
    return output
  }

  private mutating func content(of type: RecordType) -> [UInt8] {
    switch type {
    case .a: bytes(4)
    case .aaaa: number(2) == 0 ? bytes(16) : [0, 0] + bytes(2) + [UInt8](repeating: 0, count: 12)
    case .ns, .cname, .ptr, .dname: name(labels: number(4)).bytes
    case .soa: name(labels: 1).bytes + name(labels: 2).bytes + bytes(20)
    case .mx, .afsdb: bytes(2) + name(labels: number(4)).bytes
    case .srv: bytes(6) + name(labels: 2).bytes
    case .naptr: bytes(4) + string(9) + string(9) + string(30) + name(labels: 1).bytes
    case .txt, .spf: string() + (number(2) == 0 ? string() : [])
    case .hinfo: string() + string(9)
    case .rp: name(labels: 1).bytes + name(labels: 0).bytes
    case .loc: location()
    case .caa: bytes(1) + [5] + Array("issue".utf8) + bytes(number(60))
    case .uri: bytes(4) + bytes(1 + number(60))
    case .sshfp: bytes(2 + 1 + number(40))
    case .tlsa, .smimea: bytes(3 + 1 + number(300))
    case .ds, .cds, .dnskey, .cdnskey: bytes(4 + 1 + number(70))
    case .openpgpkey: bytes(1 + number(500))
    case .rrsig: bytes(18) + name(labels: 2).bytes + bytes(1 + number(70))
    case .nsec: name(labels: 2).bytes + bitmap()
    case .nsec3: bytes(4) + string(9) + [20] + bytes(20) + bitmap()
    case .nsec3param: bytes(4) + string(20)
    case .svcb, .https: bytes(2) + name(labels: number(3)).bytes + parameters()
    case .cert: bytes(5 + 1 + number(300))
    case .ipseckey: [1, 3, 2] + name(labels: number(3)).bytes + bytes(1 + number(70))
    case .apl: [0, 1, UInt8(number(33)), 0x81, 1, 0, 2, UInt8(number(129)), 3, 0, 0, 9]
    case .csync: bytes(6) + bitmap()
    case .zonemd: bytes(6 + 1 + number(60))
    case .eui48: bytes(6)
    case .eui64: bytes(8)
    default: bytes(number(300))
    }
  }
}

private let types: [RecordType] = [
  .a, .aaaa, .ns, .cname, .ptr, .dname, .soa, .mx, .afsdb, .srv, .naptr, .txt, .spf, .hinfo, .rp,
  .loc, .caa, .uri, .sshfp, .tlsa, .smimea, .ds, .cds, .dnskey, .cdnskey, .openpgpkey, .rrsig,
  .nsec, .nsec3, .nsec3param, .svcb, .https, RecordType(rawValue: 65_280), .cert, .ipseckey, .apl,
  .csync, .zonemd, .eui48, .eui64,
]

/// A name whose bytes are known to be one.
func name(bytes: [UInt8]) -> DomainName {
  do throws(DNSError) {
    return try DomainName(wire: bytes.span)
  } catch {
    preconditionFailure("\(bytes) is no name: \(error)")
  }
}
