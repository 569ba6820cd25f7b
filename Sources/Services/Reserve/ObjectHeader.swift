// What an object in the bucket begins with.

import Primitives
import TLS

/// The first bytes of an object: what it is, of whom, how long its parts are, and their digests. Behind it
/// come the record's head and body. All numbers with their least byte first.
struct ObjectHeader: Equatable, Sendable {
  static let bytes = 200
  /// "SKRYRSV1".
  private static let magic: UInt64 = 0x3156_5352_5952_4b53
  /// Where the digest of what is before it begins.
  private static let sealedBytes = 168

  var zone: ZoneID
  var sequence: UInt64
  var received: WallTime
  var expires: WallTime
  /// When it was written, by the edge's clock.
  var written: WallTime
  var headBytes: Int
  var bodyBytes: Int
  /// The digest of the object's name: one that lies elsewhere is not what was asked for.
  var name: [UInt8]
  var head: [UInt8]
  var body: [UInt8]

  /// Bytes of the whole object.
  var objectBytes: Int { Self.bytes + headBytes + bodyBytes }

  /// The header as it stands in the object; nil if the library fails.
  var encoded: [UInt8]? {
    precondition(name.count == SHA256.bytes && head.count == SHA256.bytes)
    precondition(body.count == SHA256.bytes)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.bytes)
    let numbers: [UInt64] = [
      Self.magic, UInt64(headBytes) | UInt64(bodyBytes) << 32, zone.high, zone.low, sequence,
      UInt64(bitPattern: received.seconds), UInt64(bitPattern: expires.seconds),
      UInt64(bitPattern: written.seconds), 0,
    ]
    for number in numbers { Self.append(number, to: &bytes) }
    bytes += name + head + body
    precondition(bytes.count == Self.sealedBytes)
    guard let seal = SHA256.digest(of: bytes.span) else { return nil }
    return bytes + seal
  }

  /// Reads what `encoded` gave; nil for anything else, and for what no edge writes.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= Self.bytes, Self.number(bytes, 0) == Self.magic,
      let seal = SHA256.digest(of: bytes.extracting(0..<Self.sealedBytes)),
      bytes.extracting(Self.sealedBytes..<Self.bytes).equals(seal.span)
    else { return nil }
    let lengths = Self.number(bytes, 1)
    headBytes = Int(lengths & 0xffff_ffff)
    bodyBytes = Int(lengths >> 32)
    guard headBytes <= ReserveLimits.headBytes, bodyBytes <= ReserveLimits.bodyBytes else {
      return nil
    }
    zone = ZoneID(high: Self.number(bytes, 2), low: Self.number(bytes, 3))
    sequence = Self.number(bytes, 4)
    received = Self.time(bytes, 5)
    expires = Self.time(bytes, 6)
    written = Self.time(bytes, 7)
    // What is reckoned with times in that range never overflows.
    let seconds = [received, expires, written].map(\.seconds)
    guard Self.number(bytes, 8) == 0,
      seconds.allSatisfy({ (0...ReserveLimits.latestSeconds).contains($0) })
    else { return nil }
    name = Self.digest(bytes, 72)
    head = Self.digest(bytes, 104)
    body = Self.digest(bytes, 136)
  }

  init(
    zone: ZoneID, sequence: UInt64, received: WallTime, expires: WallTime, written: WallTime,
    headBytes: Int, bodyBytes: Int, name: [UInt8], head: [UInt8], body: [UInt8]
  ) {
    self.zone = zone
    self.sequence = sequence
    self.received = received
    self.expires = expires
    self.written = written
    self.headBytes = headBytes
    self.bodyBytes = bodyBytes
    self.name = name
    self.head = head
    self.body = body
  }

  /// Tells whether two objects of a name hold the same; says nothing of when they were written.
  var stamp: String? {
    var same = self
    same.written = WallTime(seconds: 0)
    return same.encoded.map { Hexadecimal.text(Array($0[Self.sealedBytes...])) }
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  private static func number(_ bytes: Span<UInt8>, _ index: Int) -> UInt64 {
    var number: UInt64 = 0
    for byte in 0..<8 { number |= UInt64(bytes[index * 8 + byte]) << UInt64(byte * 8) }
    return number
  }

  private static func time(_ bytes: Span<UInt8>, _ index: Int) -> WallTime {
    WallTime(seconds: Int64(bitPattern: number(bytes, index)))
  }

  private static func digest(_ bytes: Span<UInt8>, _ start: Int) -> [UInt8] {
    var digest: [UInt8] = []
    digest.append(bytes.extracting(start..<start + SHA256.bytes))
    return digest
  }
}
