// Keys, signatures and denial of existence as bytes.

import DNS
import Primitives
import Testing

@Suite("DNSSEC") struct DNSSECTests {
  private func content(_ type: RecordType, _ text: String) throws -> [UInt8] {
    try RDATA.parse(type, Array(text.utf8).span, origin: nil)
  }

  @Test(
    arguments: [
      // RFC 4034 section 5.4.
      (
        "256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdj"
          + "MmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==",
        60485
      ),
      // RFC 6605 section 6.1.
      (
        "257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA"
          + "==",
        55648
      ),
    ] as [(String, UInt16)])
  func `a key has the tag of the example in the RFC`(text: String, tag: UInt16) throws {
    let key = try content(.dnskey, text)
    #expect(DNSKEY.tag(of: key.span) == tag)
    var delegation: [UInt8] = []
    DNSKEY.appendDelegation(of: key.span, digestType: 2, digest: [1, 2].span, to: &delegation)
    #expect(delegation == [UInt8(tag >> 8), UInt8(tag & 255), key[3], 2, 1, 2])
    var digested: [UInt8] = []
    DNSKEY.appendDigested(owner: name("Example.NET"), content: key.span, to: &digested)
    #expect(digested == name("example.net").bytes + key)
    var built: [UInt8] = []
    DNSKEY.append(
      flags: UInt16(key[0]) << 8 | UInt16(key[1]), algorithm: key[3],
      publicKey: key.span.extracting(4..<key.count), to: &built)
    #expect(built == key)
  }

  private func fields(_ type: RecordType, _ owner: String) -> SignatureFields {
    SignatureFields(
      covering: type, owner: name(owner), algorithm: 13, originalTTL: 3600, expiration: 2,
      inception: 1, keyTag: 7, signer: name("EXAMPLE"))
  }

  @Test func `what is signed is the set in canonical form and order, each record once`() {
    let head = bytes("0002 0d 02 00000e10 00000002 00000001 0007 07 6578616d706c65 00")
    var signed: [UInt8] = []
    fields(.ns, "sub.example").appendSigned(
      owner: name("SUB.example").bytes.span,
      contents: run(name("B.x").bytes, name("a.x").bytes, name("b.X").bytes).span, to: &signed)
    let record = name("sub.example").bytes + bytes("0002 0001 00000e10 0005")
    #expect(signed == head + record + name("a.x").bytes + record + name("b.x").bytes)
  }

  @Test func `a shorter content comes before a longer one that begins like it`() {
    var signed: [UInt8] = []
    fields(.txt, "a.example").appendSigned(
      owner: name("a.example").bytes.span, contents: run([2, 97, 98], [0, 0], [0]).span, to: &signed
    )
    #expect(signed.suffix(4) == [3, 2, 97, 98])
    #expect(signed.count == 27 + 3 * (name("a.example").bytes.count + 10) + 6)
  }

  @Test func `what a wildcard made is signed as the wildcard`() {
    let wildcard = fields(.a, "*.example")
    #expect(wildcard.labels == 1)
    var (expanded, direct): ([UInt8], [UInt8]) = ([], [])
    wildcard.appendSigned(
      owner: name("a.b.example").bytes.span, contents: run([1, 2, 3, 4]).span, to: &expanded)
    wildcard.appendSigned(
      owner: name("*.example").bytes.span, contents: run([1, 2, 3, 4]).span, to: &direct)
    #expect(expanded == direct && expanded.count == 27 + 11 + 10 + 4)
  }

  @Test func `types are kept in windows`() throws {
    var bitmap: [UInt8] = []
    TypeBitmap.append([.caa, .a, .mx, .a, RecordType(rawValue: 65_535)], to: &bitmap)
    #expect(
      bitmap == bytes("00 02 4001 01 01 40 ff 20") + [UInt8](repeating: 0, count: 31) + [1])
    expect(TypeBitmap.isValid(bitmap.span))
    expect(TypeBitmap.contains(.caa, in: bitmap.span) && !TypeBitmap.contains(.ns, in: bitmap.span))
    for wrong in ["00 00", "00 01 00", "00 21", "01 01 40 00 01 40", "00 01", "00 01 40 00 01 40"] {
      expect(!TypeBitmap.isValid(bytes(wrong).span))
    }
    let none: [UInt8] = []
    expect(TypeBitmap.isValid(none.span))
  }

  @Test func `a denial made when it is asked for names the next possible name`() throws {
    var content: [UInt8] = []
    let apex = name("example")
    NSEC.append(
      name: name("a.example").bytes.span, apex: apex.bytes.span, types: [.a, .txt, .caa],
      to: &content)
    #expect(content == (try self.content(.nsec, "\\000.a.example. A TXT RRSIG NSEC CAA")))
    content = []
    NSEC.appendNonexistent(
      name: name("a.example").bytes.span, apex: apex.bytes.span, to: &content)
    #expect(content == (try self.content(.nsec, "\\000.a.example. RRSIG NSEC NXNAME")))
  }

  private func label(_ byte: UInt8, _ count: Int) -> [UInt8] {
    [UInt8(count)] + [UInt8](repeating: byte, count: count)
  }

  private func successor(_ name: DomainName, apex: DomainName) -> DomainName {
    var next: [UInt8] = []
    NSEC.appendSuccessor(of: name.bytes.span, apex: apex.bytes.span, to: &next)
    return DNSTests.name(bytes: next)
  }

  @Test func `the next name comes behind the name, however long that is`() throws {
    let rest = label(98, 63) + label(99, 63) + label(100, 63)
    for first in [
      label(97, 59), label(97, 60), label(97, 61), label(0xff, 61), label(0x40, 61),
      label(0x5a, 61),
      [61] + [UInt8](repeating: 97, count: 60) + [0xff],
    ] {
      let long = DNSTests.name(bytes: first + rest + [0])
      let next = successor(long, apex: .root)
      #expect(long < next && next.bytes.count <= 255)
      if first.count < 62 { #expect(next < DNSTests.name(bytes: label(0x7b, 1) + rest + [0])) }
    }
  }

  @Test func `behind all that can be below a name comes the first name that is not`() {
    let rest = label(98, 63) + label(99, 63) + label(100, 58)
    let last = DNSTests.name(bytes: label(0xff, 63) + [2, 97, 98] + rest + [0])
    #expect(last.bytes.count == 255)
    #expect(successor(last, apex: .root).bytes == [3, 97, 98, 0] + rest + [0])
  }

  @Test func `behind the last possible name of a zone comes its apex`() {
    let rest = label(98, 63) + label(99, 63) + label(100, 63)
    let apex = DNSTests.name(bytes: rest + [0])
    #expect(successor(DNSTests.name(bytes: label(0xff, 61) + rest + [0]), apex: apex) == apex)
    let longest = DNSTests.name(bytes: label(97, 60) + rest + [0])
    #expect(successor(longest, apex: longest) == longest)
  }
}
