// Which responses are coded, and what becomes of their fields.

import ConfigurationTree
import Exchange
import HTTP
import Primitives
import Testing

@testable import ContentCoding

@Suite struct StageTests {
  static let wants = [("Accept-Encoding", "gzip")]

  /// Fields of a response and its status, and whether it is coded.
  struct Case: Sendable {
    var status: UInt16 = 200
    var fields = [("Content-Type", "text/html; charset=utf-8")]
    var length: UInt64? = 1_000
    var request = wants
    let isCoded: Bool
    var varies: Bool?
  }

  static let cases = [
    Case(isCoded: true), Case(length: nil, isCoded: true),
    Case(status: 404, isCoded: true), Case(status: 500, isCoded: true),
    Case(length: 100, isCoded: true), Case(length: 99, isCoded: false, varies: false),
    Case(
      status: 206, fields: [("Content-Type", "text/html"), ("Content-Range", "bytes 0-9/10")],
      isCoded: false, varies: false),
    Case(status: 204, length: nil, isCoded: false, varies: false),
    Case(fields: [("Content-Type", "image/png")], isCoded: false, varies: false),
    Case(fields: [("Content-Type", "TEXT/CSS")], isCoded: true),
    Case(fields: [("Content-Type", "application/problem+json")], isCoded: true),
    Case(fields: [("Content-Type", "application/json5")], isCoded: false, varies: false),
    Case(fields: [], isCoded: false, varies: false),
    Case(
      fields: [("Content-Type", "text/html"), ("Content-Encoding", "br")], isCoded: false,
      varies: false),
    Case(fields: [("Content-Type", "text/html"), ("Content-Encoding", "identity")], isCoded: true),
    Case(
      fields: [("Content-Type", "text/html"), ("Cache-Control", "max-age=1, No-Transform")],
      isCoded: false, varies: false),
    Case(fields: [("Content-Type", "text/html"), ("Vary", "*")], isCoded: true, varies: false),
    Case(request: [], isCoded: false, varies: true),
    Case(request: [("Accept-Encoding", "gzip;q=0, zstd")], isCoded: false, varies: true),
    Case(request: wants + [("Cache-Control", "no-transform")], isCoded: false, varies: true),
    Case(
      fields: [("Content-Type", "image/png")], length: 5,
      request: [("Accept-Encoding", "gzip, identity;q=0")], isCoded: true),
    Case(request: [("Accept-Encoding", "*;q=0")], isCoded: false, varies: true),
  ]

  @Test("what may be coded is, and nothing else", arguments: cases.indices, [false, true])
  func decisions(index: Int, isStored: Bool) async {
    let given = Self.cases[index]
    await SharedLoops.run { lane in
      let bench = Bench(on: lane, given.request)
      bench.answer(
        status: given.status, given.fields, isStored: isStored, length: given.length)
      #expect((bench.exchange.facts.appliedCoding == .gzip) == given.isCoded)
      let coding = bench.text(.contentEncoding)
      #expect((coding == "gzip") == given.isCoded)
      let varies = bench.exchange.response.fields.text(.vary)?.contains("Accept-Encoding") ?? false
      #expect(varies == given.varies ?? given.isCoded)
      #expect(bench.exchange.request.fields.contains(.acceptEncoding) == false)
      #expect(bench.pool.busyCount == 0)
    }
  }

  @Test("the fields are those of the coded form", arguments: [false, true])
  func fields(isStored: Bool) async {
    await SharedLoops.run { lane in
      let bench = Bench(on: lane, Self.wants)
      bench.answer(
        [
          ("Content-Type", "text/html"), ("ETag", "\"one\""), ("Vary", "Origin"),
          ("Accept-Ranges", "bytes"), ("Content-MD5", "x"), ("Digest", "x"),
          ("Content-Digest", "x"), ("Repr-Digest", "x"), ("X-Other", "kept"),
        ], isStored: isStored)
      let response = bench.exchange.response
      #expect(response.stored == nil)
      #expect(bench.text(.etag) == "W/\"one\"")
      #expect(response.fields.count(of: .vary) == 2)
      #expect(response.fields.contains(.acceptRanges) == false)
      // Content-Type, ETag, two of Vary, X-Other, Content-Encoding.
      #expect(response.fields.count == 6)
      guard case .bytes(let bytes) = response.body else {
        Issue.record("a short content is coded at once")
        return
      }
      #expect(response.contentLength == UInt64(bytes.count))
      #expect(bytes.count < 100)
    }
  }

  @Test("a weak entity tag stays as it is") func weakTag() async {
    await SharedLoops.run { lane in
      let bench = Bench(on: lane, Self.wants)
      bench.answer([("Content-Type", "text/html"), ("ETag", "W/\"one\"")])
      #expect(bench.text(.etag) == "W/\"one\"")
    }
  }

  @Test("HEAD has the fields of GET, no length and no body") func head() async {
    await SharedLoops.run { lane in
      let bench = Bench(on: lane, method: "HEAD", Self.wants)
      bench.answer(
        [("Content-Type", "text/html"), ("ETag", "\"one\"")], length: 50_000, body: .none)
      #expect(bench.text(.contentEncoding) == "gzip")
      #expect(bench.text(.etag) == "W/\"one\"")
      #expect(bench.exchange.response.contentLength == nil)
      #expect(bench.pool.busyCount == 0)
    }
  }

  static let notModified: [(String, String, weak: Bool)] = [
    ("W/\"one\"", "\"one\"", true), ("\"x\", W/\"one\"", "\"one\"", true),
    ("\"one\"", "\"one\"", false), ("*", "\"one\"", false), ("W/\"one\"", "W/\"one\"", false),
  ]

  @Test("a 304 to our weak tag is about the coded form", arguments: notModified.indices)
  func conditions(index: Int) async {
    let (asked, tag, weak) = Self.notModified[index]
    await SharedLoops.run { lane in
      let bench = Bench(on: lane, Self.wants + [("If-None-Match", asked)])
      bench.answer(status: 304, [("ETag", tag)], length: 1_000, body: .none)
      #expect(bench.text(.etag) == (weak ? "W/\"one\"" : tag))
      #expect((bench.text(.vary) != nil) == weak)
      #expect(bench.text(.contentEncoding) == nil)
    }
  }

  @Test("over the bound of a zone content goes out as it is") func bound() async {
    await SharedLoops.run { lane in
      var bench = Bench(on: lane, Self.wants)
      bench.configuration.concurrentResponses = 0
      bench.answer()
      #expect(bench.text(.contentEncoding) == nil)
      #expect(bench.text(.vary) == "Accept-Encoding")
      #expect(bench.exchange.response.contentLength == 1_000)
    }
  }

  @Test("what began under another configuration counts in the bound of a zone")
  func boundAcrossConfigurations() async {
    await SharedLoops.run { lane in
      var bench = Bench(on: lane, Self.wants)
      bench.configuration.concurrentResponses = 1
      bench.answer(length: nil, body: .stream(ScriptedBody([(1_000, isReady: true)])))
      #expect(bench.text(.contentEncoding) == "gzip" && bench.encoders.count == 1)
      let begun = bench.exchange.response.body
      bench.configuration.minimumBytes = 200
      bench.answer()
      #expect(bench.text(.contentEncoding) == nil)
      begun.abandon()
      bench.answer()
      #expect(bench.text(.contentEncoding) == "gzip")
    }
  }

  @Test("a zone takes as much of a loop's encoders as it leaves, so that none takes all")
  func shares() {
    let pool = EncoderPool()
    let kind = EncoderKind.gzip(level: 1)
    var leases: [[EncoderLease]] = []
    for _ in 0..<3 {
      let zone = ZoneEncoders()
      let half = (ContentCodingLimits.encoderBytes - pool.busyBytes) / 2 / kind.memoryBytes
      var taken: [EncoderLease] = []
      while let lease = EncoderLease(kind, pool, zone, limit: 100_000) { taken.append(lease) }
      #expect(
        taken.count == half && zone.count == half && zone.bytes == taken.count * kind.memoryBytes)
      leases.append(taken)
    }
    leases[0].removeAll()
    #expect(pool.busyCount == leases[1].count + leases[2].count)
  }

  @Test("media types are patterns with one star at most")
  func patterns() {
    let texts = [
      "text/html", "text/*", "application/*+json", "text", "/html", "text/", "*/*", "text/*/x",
      "text/html; charset=utf-8", "text/**",
    ]
    #expect(
      texts.filter { MediaTypePattern($0) != nil } == [
        "text/html", "text/*", "application/*+json",
      ])
    let type = Array("Application/LD+JSON".utf8)
    #expect(MediaTypePattern("application/*+json")?.matches(type.span) == true)
    #expect(MediaTypePattern("application/json")?.matches(type.span) == false)
  }
}
