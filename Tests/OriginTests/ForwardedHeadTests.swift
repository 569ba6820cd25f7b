// What the origin is told, and what it is not.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime
import Testing

@testable import Origin

@Suite("Forwarded heads")
struct ForwardedHeadTests {
  private static func forward(
    _ fixture: OriginFixture, authority: String? = nil, _ change: (inout Fetch) -> Void = { _ in }
  ) -> [String] {
    let parker = Parker(on: Lane(loop: SharedRuntime.loop, name: "unused"))
    var fetch = fixture.fetch(parker)
    change(&fetch)
    var head = RequestHead()
    ForwardedHead(
      pseudonym: OriginPolicy.usualPseudonym, authority: authority.map { Array($0.utf8) },
      isTLS: false, asksUpgrade: false, awaitsContinue: false
    ).write(fetch, into: &head)
    var output: [UInt8] = []
    do throws(HTTPParseError) {
      try HTTP1HeadWriter.appendRequest(head, body: .none, connection: .keepAlive, to: &output)
    } catch {
      return ["\(error)"]
    }
    return String(decoding: output, as: UTF8.self).split(separator: "\r\n").map(String.init)
  }

  @Test("a plain request gets the forwarding fields and keeps its Host")
  func plain() {
    let lines = Self.forward(OriginFixture(path: "/a?b=c", fields: [("Accept", "*/*")]))
    #expect(
      lines == [
        "GET /a?b=c HTTP/1.1", "Host: example.com", "Accept: */*", "Via: 1.1 skerry",
        "CDN-Loop: skerry", "X-Forwarded-For: 192.0.2.7",
        "Forwarded: for=192.0.2.7;proto=http;host=example.com", "X-Forwarded-Proto: http",
        "X-Forwarded-Host: example.com", "X-Request-ID: 0000000000abcdef",
      ])
  }

  @Test("the configured Host replaces the client's, which X-Forwarded-Host keeps")
  func hostHeader() {
    let lines = Self.forward(OriginFixture(), authority: "backend.internal:8080")
    #expect(lines.contains("Host: backend.internal:8080"))
    #expect(lines.contains("X-Forwarded-Host: example.com"))
  }

  @Test("what ends at this hop is not forwarded")
  func hopByHop() {
    let lines = Self.forward(
      OriginFixture(fields: [
        ("Connection", "keep-alive, close"), ("Keep-Alive", "5"),
        ("Proxy-Connection", "x"), ("Transfer-Encoding", "chunked"), ("Content-Length", "5"),
        ("Upgrade", "h2c"), ("HTTP2-Settings", "x"), ("Proxy-Authorization", "x"),
        ("Expect", "100-continue"), ("X-Kept", "2"),
      ]))
    let names = lines.dropFirst().map { String($0.prefix { $0 != ":" }) }
    #expect(
      names == [
        "Host", "X-Kept", "Via", "CDN-Loop", "X-Forwarded-For", "Forwarded",
        "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-ID",
      ])
  }

  @Test("forwarding fields that came are carried on, X-Forwarded-Proto and -Host are ours")
  func chains() {
    let lines = Self.forward(
      OriginFixture(fields: [
        ("Via", "1.0 fred"), ("X-Forwarded-For", "198.51.100.9"), ("CDN-Loop", "other; x=1"),
        ("Forwarded", "for=_hidden"), ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-Host", "evil"), ("X-Request-ID", "mine"),
      ]))
    #expect(lines.contains("Via: 1.0 fred, 1.1 skerry"))
    #expect(lines.contains("X-Forwarded-For: 198.51.100.9, 192.0.2.7"))
    #expect(lines.contains("CDN-Loop: other; x=1, skerry"))
    #expect(
      lines.contains("Forwarded: for=_hidden, for=192.0.2.7;proto=http;host=example.com"))
    #expect(!lines.joined().contains("gopher"))
    #expect(!lines.joined().contains("evil"))
    #expect(!lines.joined().contains("mine"))
  }

  @Test("an IPv6 client, TLS and early data are told in their own forms")
  func facts() {
    var fixture = OriginFixture()
    fixture.client = ClientFacts(
      address: SocketAddress(host: "2001:db8::1", port: 1) ?? .local)
    fixture.client.isTLS = true
    fixture.client.isEarlyData = true
    let lines = Self.forward(fixture)
    #expect(lines.contains("X-Forwarded-For: 2001:db8::1"))
    #expect(
      lines.contains("Forwarded: for=\"[2001:db8::1]\";proto=https;host=example.com"))
    #expect(lines.contains("X-Forwarded-Proto: https"))
    #expect(lines.contains("Early-Data: 1"))
  }

  @Test("the largest fields that may come have room, with the longest address and name")
  func largest() {
    let long = String(repeating: "a", count: 4096)
    var fixture = OriginFixture(
      fields: [
        ("Via", long), ("Via", long), ("CDN-Loop", long), ("Forwarded", long),
        ("X-Forwarded-For", long), ("X-Long", long), ("Early-Data", "1"),
      ] + (0..<100).map { ("X-\($0)", "") })
    fixture.client = ClientFacts(
      address: SocketAddress(host: "2001:db8:1234:5678:9abc:def0:1234:5678", port: 1) ?? .local)
    fixture.client.isTLS = true
    fixture.client.isEarlyData = true
    let lines = Self.forward(fixture) {
      $0.asksForIdentity = true
      $0.request.authority = Array(repeating: 98, count: 255) + Array(":65535".utf8)
    }
    #expect(lines.contains("X-Long: \(long)"))
    #expect(lines.contains("Via: \(long), 1.1 skerry"))
    #expect(lines.filter { $0.hasPrefix("Early-Data") } == ["Early-Data: 1"])
    #expect(lines.last?.hasPrefix("X-Request-ID") == true)
  }

  @Test("what no parser has seen can't split the request, wherever it was copied from")
  func splitting() {
    let lines = Self.forward(
      OriginFixture(fields: [("X-A", "1\r\nX-Evil: 2"), ("X-B\r\nX-Evil", "3"), ("X-C", "4")]))
    #expect(!lines.contains { $0.hasPrefix("X-Evil") || $0.hasPrefix("X-A") })
    #expect(lines.contains("X-C: 4"))
  }

  @Test("TE goes on as trailers only, and Connection names it")
  func trailers() {
    let lines = Self.forward(OriginFixture(fields: [("TE", "gzip, trailers;q=0.5"), ("TE", "x")]))
    #expect(!lines.contains { $0.contains("gzip") })
    let kept = Self.forward(OriginFixture(fields: [("TE", "trailers, gzip")]))
    #expect(kept.contains("TE: trailers"))
    #expect(kept.contains("Connection: TE"))
  }

  @Test("a response loses what frames it and gains Via and Date")
  func response() {
    var head = ResponseHead(status: 200)
    for (name, value) in [
      ("Connection", "close"), ("Content-Length", "3"),
      ("Transfer-Encoding", "chunked"), ("Keep-Alive", "x"), ("Via", "1.0 squid"),
      ("ETag", "\"x\""),
    ] { head.fields.append(name, value) }
    var dates = HTTPDateCache()
    ResponseFields.prepare(
      &head, pseudonym: OriginPolicy.usualPseudonym, now: WallTime(seconds: 784_111_777),
      dates: &dates)
    #expect(head.fields.count == 3)
    #expect(head.fields.text(.etag) == "\"x\"")
    #expect(head.fields.text(.via) == "1.0 squid, 1.1 skerry")
    #expect(head.fields.text(.date) == "Sun, 06 Nov 1994 08:49:37 GMT")
  }
}
