// Addresses as people write them.

import Runtime
import Testing

@Suite("Socket addresses")
struct SocketAddressTests {
  @Test(
    "what is read is written the same way",
    arguments: [
      "127.0.0.1:80", "0.0.0.0:65535", "255.255.255.255:0", "[::1]:443",
      "[2001:db8::8:800:200c:417a]:8443",
      "[fe80::1:0:0:1]:1", "[1:2:3:4:5:6:7:8]:9", "[::]:1", "[1::]:2", "[2001:db8:1:1:1:1:0:1]:3",
    ])
  func roundTrip(text: String) {
    #expect(SocketAddress(text)?.description == text)
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", "80", "1.2.3:80", "1.2.3.4", "1.2.3.256:1", "01.2.3.4:1", "::1:80x", "[::1]", "[1:2]:3",
      "[::1::2]:3", "example.org:80", "1.2.3.4:65536", "[12345::]:1",
    ])
  func refused(text: String) {
    #expect(SocketAddress(text) == nil)
  }

  @Test("an IPv4 address in IPv6 form is the IPv4 address")
  func mapped() {
    #expect(SocketAddress("[::ffff:1.2.3.4]:5") == nil)
    #expect(SocketAddress(host: "::ffff:1.2.3.4", port: 5)?.description == "1.2.3.4:5")
  }
}
