// Header blocks that others wrote, if the samples are beside the repository.

import Foundation
import HTTP2Engine
import Testing

@Suite struct HPACKSampleTests {
  @Test("header blocks of others are read as they were meant")
  func samples() throws {
    let stories = Self.stories()
    if stories.isEmpty {
      print("skipped: no ../shared/conformance/data/hpack beside the repository")
    }
    for story in stories {
      let cases = try #require(story["cases"] as? [[String: Any]])
      let first = try #require(Self.fields(cases[0]).first)
      if first.0 == ":status" {
        try Self.checkResponses(cases)
      } else {
        try Self.checkRequests(cases)
      }
    }
  }

  private static func checkRequests(_ cases: [[String: Any]]) throws {
    let server = try ServerHarness()
    server.exchange(FrameBuilder.hello)
    for (index, item) in cases.enumerated() {
      let id = UInt32(index) * 2 + 1
      server.events = []
      server.exchange(FrameBuilder.frame(1, flags: 5, stream: id, wire(item)))
      let expected = allowed(item).map { "\(id) \($0.0): \($0.1)" }
      #expect(!server.session.isTerminating)
      #expect(Array(server.events.prefix(expected.count)) == expected)
    }
  }

  private static func checkResponses(_ cases: [[String: Any]]) throws {
    let client = try ClientHarness()
    client.feed(FrameBuilder.settings([]))
    for item in cases {
      let stream = try client.request("GET")
      var output: [UInt8] = []
      while client.session.pull(into: &output, limit: 1 << 20, now: client.now, delegate: client) {}
      client.events = []
      client.feed(FrameBuilder.frame(1, flags: 4, stream: UInt32(stream.id), wire(item)))
      let expected = allowed(item).map { "\(stream.id) \($0.0): \($0.1)" }
      #expect(Array(client.events.prefix(expected.count)) == expected)
      client.session.reset(stream, .cancel)
    }
  }

  /// The samples are older than HTTP/2: a field that it forbids ends the message, and so what is
  /// reported, but not the decoding.
  private static func allowed(_ item: [String: Any]) -> [(String, String)] {
    let forbidden = ["connection", "keep-alive", "proxy-connection", "transfer-encoding"]
    let fields = fields(item)
    // RFC 9110 section 8.6: no Content-Length in a 204; nghttp2 leaves it out.
    let isEmpty = fields.first?.1 == "204"
    return fields.prefix { !forbidden.contains($0.0) }
      .filter { !isEmpty || $0.0 != "content-length" }
      .map { ($0.0, $0.1.trimmingCharacters(in: .whitespaces)) }
  }

  private static func fields(_ item: [String: Any]) -> [(String, String)] {
    (item["headers"] as? [[String: String]] ?? []).flatMap { $0.map { ($0.key, $0.value) } }
  }

  private static func wire(_ item: [String: Any]) -> [UInt8] {
    let digits = (item["wire"] as? String ?? "").utf8.map {
      UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 0)
    }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func stories() -> [[String: Any]] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    for up in ["..", "../.."] {
      let folder = root.appendingPathComponent("\(up)/shared/conformance/data/hpack/nghttp2")
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
        continue
      }
      return names.sorted().compactMap { name in
        guard let content = try? Foundation.Data(contentsOf: folder.appendingPathComponent(name)),
          let story = try? JSONSerialization.jsonObject(with: content)
        else { return nil }
        return story as? [String: Any]
      }
    }
    return []
  }
}
