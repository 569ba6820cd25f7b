// IP addresses as text.

import Primitives
import Testing

@Suite("Addresses as text")
struct AddressTextTests {
  private static func text(_ address: AddressText) -> String {
    var bytes: [UInt8] = []
    bytes.append(address.span)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "four bytes are decimals with dots between them",
    arguments: [
      (0, "0.0.0.0"), (0x0100_0a63, "1.0.10.99"), (0x6464_c8ff, "100.100.200.255"),
      (0xffff_ffff, "255.255.255.255"),
    ] as [(UInt32, String)])
  func ipv4(word: UInt32, text: String) {
    #expect(Self.text(AddressText(ipv4: word)) == text)
  }

  @Test(
    "sixteen bytes are what RFC 5952 makes of them",
    arguments: [
      (0, 0, "::"), (0, 1, "::1"), (0x0001_0000_0000_0000, 0, "1::"),
      // Section 4.2.2: one group of zeros is not shortened.
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
      // Section 4.2.3: the longest run, the first one of equals.
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
      (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
      (
        0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff,
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
      ),
      // Section 5: one that stands for an IPv4 address.
      (0, 0x0000_ffff_c000_0201, "::ffff:192.0.2.1"), (0, 0x0000_fffe_c000_0201, "::fffe:c000:201"),
    ] as [(UInt64, UInt64, String)])
  func ipv6(high: UInt64, low: UInt64, text: String) {
    #expect(Self.text(AddressText(ipv6: high, low)) == text)
  }

  @Test("a constant stands in for an address")
  func constant() {
    #expect(Self.text(AddressText("local")) == "local")
  }
}
