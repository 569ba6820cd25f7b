// What servers tell each other beside a request.

import HTTP
import Primitives
import Runtime
import Testing

@testable import Tiers

@Suite("Skerry-Peer")
struct PeerFieldTests {
  private func written(_ field: PeerField) -> [UInt8] {
    var fields = FieldBlock()
    field.append(to: &fields)
    var value: [UInt8] = []
    fields.withFirst(.skerryPeer) { value.append($0) }
    return value
  }

  @Test(arguments: ["192.0.2.1", "2001:db8::1", nil])
  func `what is written is read`(client: String?) {
    let field = PeerField(
      hops: [Array("lil-1".utf8), Array("par-1".utf8)],
      client: client.flatMap { SocketAddress(host: $0, port: 0) }, isTLS: client != nil,
      requestID: 0xf1)
    let value = written(field)
    let read = PeerField(value.span)
    #expect(read == field)
  }

  @Test(arguments: [
    "", "hops=\"\", proto=https, id=1", "hops=a, proto=https, id=1", "hops=\"a\", proto=ftp, id=1",
    "hops=\"a\", proto=https", "hops=\"a\", id=1", "proto=http, id=1",
    "hops=\"a\", proto=http, id=x",
    "hops=\"a b c d e f g\", proto=http, id=1", "hops=\"a\", proto=http, id=1, for=nobody", "hops",
  ])
  func `anything else is not`(value: String) {
    let read = PeerField(Array(value.utf8).span)
    #expect(read == nil)
  }

  @Test func `members that a newer server adds are passed over`() {
    let read = PeerField(Array("hops=\"a\", proto=http, id=1, colour=blue".utf8).span)
    #expect(read?.hops == [Array("a".utf8)])
  }
}
