// The two extensions that we read ourselves.

import Primitives
import Testing

@testable import TLS

@Suite struct ClientHelloTests {
  private func name(_ bytes: [UInt8]) throws -> [UInt8] {
    try ClientHello.serverName(bytes.span)
  }

  private func protocols(_ bytes: [UInt8]) throws -> [ApplicationProtocol] {
    try ClientHello.protocols(bytes.span)
  }

  private func bytes(_ name: String) -> [UInt8] {
    let name = Array(name.utf8)
    return [UInt8((name.count + 3) >> 8), UInt8((name.count + 3) & 255), 0]
      + [UInt8(name.count >> 8), UInt8(name.count & 255)] + name
  }

  @Test(
    "server names are lower-cased and lose a final dot",
    arguments: [
      ("a", "a"), ("A.Test", "a.test"), ("a.test.", "a.test"), ("xn--4ca.test", "xn--4ca.test"),
      ("_x.1-2.test", "_x.1-2.test"), ("192.0.2.1", "192.0.2.1"),
    ])
  func good(name: String, read: String) throws {
    #expect(try self.name(bytes(name)) == Array(read.utf8))
  }

  @Test(
    "names that are no host names are refused",
    arguments: [
      "", ".", "..", "a..b", ".a", "a b", "a\0b", "a/b", "é", "*.a", "[::1]",
      String(repeating: "a", count: 64), String(repeating: "a.", count: 126) + "aa",
    ])
  func bad(name: String) {
    #expect(throws: ClientHello.Fault.notAHostName) {
      try self.name(bytes(name))
    }
  }

  @Test(
    "extensions whose bytes don't add up are malformed",
    arguments: [
      [], [0], [0, 3, 0, 0], [0, 4, 0, 0, 1], [0, 4, 1, 0, 1, 97], [0, 4, 0, 0, 2, 97],
      [0, 4, 0, 0, 1, 97, 98], [1, 4, 0, 0, 1, 97],
    ])
  func malformed(bytes: [UInt8]) {
    #expect(throws: ClientHello.Fault.malformed) { try self.name(bytes) }
  }

  @Test func `a protocol list yields what we speak`() throws {
    let h2: [UInt8] = [2, 0x68, 0x32]
    let h1: [UInt8] = [8] + Array("http/1.1".utf8)
    #expect(try protocols(([0, 3] + h2)) == [.http2])
    #expect(try protocols(([0, 16] + [3, 1, 2, 3] + h1 + h2)) == [.http11, .http2])
    for bad: [UInt8] in [[], [0], [0, 1], [0, 1, 0], [0, 2, 2, 0x68], [0, 4] + h2] {
      #expect(throws: ClientHello.Fault.malformed) { try protocols(bad) }
    }
    let many = (0..<100).flatMap { _ in h2 }
    #expect(try protocols(([1, 44] + many)).count == Limits.offeredProtocols)
  }
}
