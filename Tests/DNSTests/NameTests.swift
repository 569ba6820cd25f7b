// Names: wire form, presentation form, order.

import DNS
import Primitives
import Testing

@Suite("Domain names") struct NameTests {
  @Test(
    "a name is written as it was read",
    arguments: [
      ".", "example.com.", "WWW.Example.com.", "a\\.b.example.", "\\000\\255.example.",
      "a\\032b.example.", "*.example.", "\\@.example.", "\\\"\\;\\(\\)\\\\.example.", "_a._tcp.x.",
    ])
  func roundTrip(text: String) {
    #expect(name(text).description == text)
  }

  @Test func `escapes stand for bytes`() throws {
    #expect(name("\\097\\.b.c").bytes == [3, 97, 46, 98, 1, 99, 0])
    #expect(name("\\a.c").bytes == [1, 97, 1, 99, 0])
  }

  @Test(
    "what is no name is refused",
    arguments: [
      ("", DNSError.emptyLabel), ("..", .emptyLabel), (".a", .emptyLabel), ("a..b", .emptyLabel),
      ("a\\", .invalidEscape), ("\\25", .invalidEscape), ("\\256", .invalidEscape),
      (String(repeating: "a", count: 64), .labelTooLong),
      (String(repeating: "abcdefg.", count: 32), .nameTooLong),
    ])
  func refused(text: String, fault: DNSError) {
    #expect(throws: fault) { try DomainName(text) }
  }

  @Test func `a name of 255 bytes is one, and 256 are too many`() throws {
    let most = String(repeating: "abcdefg.", count: 31) + "abcde."
    #expect(name(most).bytes.count == 255)
    #expect(throws: DNSError.nameTooLong) { try DomainName("x" + most) }
    let long = name(most)
    #expect(throws: DNSError.nameTooLong) { try name("a").appending(long) }
  }

  @Test func `a relative name is put below its origin`() throws {
    let origin = name("example.com")
    let text: [UInt8] = Array("www".utf8)
    #expect(try DomainName(presentation: text.span, origin: origin) == name("www.example.com"))
    #expect(throws: DNSError.relativeNameWithoutOrigin) {
      try DomainName(presentation: text.span, origin: nil)
    }
  }

  @Test func `names are compared without regard to case, bytes beyond ASCII excepted`() {
    #expect(name("EXAMPLE.com") == name("example.COM"))
    #expect(name("EXAMPLE.com").hashValue == name("example.COM").hashValue)
    #expect(name("\\192.") != name("\\224."))
    #expect(name("[.") != name("{."))
  }

  @Test func `the canonical order is that of RFC 4034 section 6.1`() {
    let sorted = [
      "example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.",
      "z.example.", "\\001.z.example.", "*.z.example.", "\\200.z.example.",
    ].map(name)
    #expect(sorted.reversed().sorted() == sorted)
    for (index, one) in sorted.enumerated() {
      for (place, other) in sorted.enumerated() {
        #expect((one < other) == (index < place), "\(one) \(other)")
      }
    }
  }

  @Test func `ancestors are told by whole labels`() {
    #expect(name("a.b.example").isWithin(name("B.example")))
    #expect(name("example").isWithin(name("example")))
    #expect(name("example").isWithin(.root))
    #expect(!name("ab.example").isWithin(name("b.example")))
    #expect(!name("example").isWithin(name("a.example")))
    // The bytes of a label may look like labels.
    #expect(!name("a\\001b\\000").isWithin(name("b")))
  }

  @Test func `labels are dropped from the front`() {
    #expect(name("a.b.c").droppingLabels(2) == name("c"))
    #expect(name("a.b.c").droppingLabels(9) == .root)
    #expect(name("a").parent == .root)
    #expect(DomainName.root.parent == nil)
    #expect(name("a.b.c").labelCount == 3)
  }

  @Test func `compressed names are read, and pointers lead backwards only`() throws {
    let header = [UInt8](repeating: 0, count: 12)
    let message = header + [1, 97, 0] + [1, 98, 0xc0, 12] + [0xc0, 15]
    var position = 19
    #expect(try DomainName(message.span, at: &position) == name("b.a"))
    #expect(position == 21)
    for (bytes, start) in [
      ([0xc0, 12] as [UInt8], 12), ([1, 97, 0xc0, 12], 12), ([0xc0, 14, 0], 12), ([0xc0, 0], 12),
      ([0xc0], 12), ([0xc0, 14, 0xc0, 12], 14),
    ] {
      var position = start
      #expect(throws: DNSError.self) { try DomainName((header + bytes).span, at: &position) }
    }
  }

  @Test func `a chain of pointers has an end`() {
    var message = [UInt8](repeating: 0, count: 12) + [0]
    for index in 0..<8000 {
      let target = index == 0 ? 12 : 11 + index * 2
      message += [0xc0 | UInt8(target >> 8), UInt8(target & 255)]
    }
    var position = message.count - 2
    #expect(throws: DNSError.badCompressionPointer) {
      try DomainName(message.span, at: &position)
    }
  }

  @Test func `a canonical name lends its ancestors' bytes`() throws {
    let canonical = try CanonicalName(name("WWW.Example.COM").bytes.span)
    #expect(canonical.labelCount == 3)
    expect(canonical.span.equals(name("www.example.com").bytes.span))
    expect(canonical.suffix(labels: 2).equals(name("example.com").bytes.span))
    expect(canonical.suffix(labels: 0).equals([0].span))
    #expect(canonical.start(ofLast: 1) == 12)
  }
}
