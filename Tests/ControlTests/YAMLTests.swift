// YAML to trees, with places, and back.

import ConfigurationTree
import Testing

@testable import skerry

@Suite("skerry: YAML") struct YAMLTests {
  private static func read(
    _ text: String, maximumValues: Int = YAMLText.maximumValues
  ) throws(YAMLProblem) -> ConfigurationValue {
    var decoder = ConfigurationDecoder()
    let tree = try YAMLText.read(text, maximumValues: maximumValues, &decoder)
    #expect(decoder.faults == [])
    return tree
  }

  @Test(
    "plain words are what the core schema of YAML 1.2 says",
    arguments: [
      ("null", .null), ("~", .null), ("", .null), ("true", .bool(true)), ("False", .bool(false)),
      ("yes", .string("yes")), ("no", .string("no")), ("on", .string("on")),
      ("12", .integer(12)), ("-3", .integer(-3)), ("+4", .integer(4)), ("0", .integer(0)),
      ("012", .string("012")), ("0x1f", .integer(31)), ("0o17", .integer(15)),
      ("1.5", .double(1.5)), ("-1e3", .double(-1000)), (".5", .double(0.5)),
      ("1:30", .string("1:30")), ("127.0.0.1:80", .string("127.0.0.1:80")),
      ("1.2.3", .string("1.2.3")), ("1_000", .string("1_000")), (".inf", .string(".inf")),
      ("99999999999999999999", .string("99999999999999999999")), ("e", .string("e")),
      ("2026-01-01", .string("2026-01-01")), ("-", .string("-")), ("0x-1", .string("0x-1")),
    ] as [(String, ConfigurationValue.Content)])
  func scalars(text: String, expected: ConfigurationValue.Content) {
    #expect(YAMLReader.content(ofPlain: text) == expected)
  }

  @Test("what is in quotes, in a block or marked as a text is a text")
  func texts() throws {
    let tree = try Self.read("a: '12'\nb: \"true\"\nc: !!str 5\nd: |\n  null\n")
    #expect(tree["a"] == .string("12"))
    #expect(tree["b"] == .string("true"))
    #expect(tree["c"] == .string("5"))
    #expect(tree["d"] == .string("null\n"))
  }

  @Test("every value knows its line and column")
  func places() throws {
    let tree = try Self.read("zones:\n  - name: a\n    origins: [{url: b}]\n")
    let zone = try #require(tree["zones"]).content
    guard case .array(let zones) = zone else {
      Issue.record("no list")
      return
    }
    #expect(zones[0].position == SourcePosition(line: 2, column: 5))
    #expect(zones[0]["name"]?.position == SourcePosition(line: 2, column: 11))
    #expect(zones[0]["origins"]?.position == SourcePosition(line: 3, column: 14))
  }

  @Test("anchors are written out, and << takes in what is not given")
  func merging() throws {
    let tree = try Self.read(
      "base: &base {weight: 2, paused: false}\none:\n  <<: *base\n  weight: 7\ntwo: *base\n")
    #expect(tree["one"] == .object([("weight", .integer(7)), ("paused", .bool(false))]))
    #expect(tree["two"] == tree["base"])
  }

  @Test(
    "what is no YAML says where",
    arguments: [
      ("a: [1, 2", 1), ("a: 1\nb: 'x\n", 2), ("a: 1\n- b\n", 2), ("&x a: 1\na: 2\n", 1),
      ("? [x]\n: 1\n", 1), ("a: *nobody\n", 1), ("a: &a {b: 1}\nc:\n  <<: *a\n  <<: *a\n", 3),
    ])
  func faults(text: String, line: Int) {
    do throws(YAMLProblem) {
      _ = try Self.read(text)
      Issue.record("\(text) was read")
    } catch {
      #expect(error.position.map { $0.line >= line } ?? false)
    }
  }

  @Test(
    "of a key that is given twice the first stays, and each other one is a fault at its place",
    arguments: [
      ("a: 1\na: 2\n", ["a 2:4"]), ("a: 1\n\"a\": 2\r\n'a': 3", ["a 2:6", "a 3:6"]),
      ("a: 1\nb:\n- {c: 1, é: 2, c: 3, é: 4}\na: 2", ["b[0].c 3:19", "b[0].é 3:25", "a 4:4"]),
      ("a: 1\nb: &b\n  a: 1\n  a: 2\nc:\n  <<: *b\nd: *b\n", ["b.a 4:6", "d.a 4:6"]),
    ])
  func repeats(text: String, places: [String]) throws {
    var decoder = ConfigurationDecoder()
    let tree = try YAMLText.read(text, &decoder)
    #expect(tree["a"] == .integer(1))
    #expect(
      decoder.faults.map { fault in
        "\(fault.path) \(fault.position?.line ?? 0):\(fault.position?.column ?? 0)"
      } == places)
  }

  @Test("a text with very many keys that are given twice is refused for one of them")
  func manyRepeats() {
    let text = (0..<40).map { "k\($0): 1\nk\($0): 2\n" }.joined()
    #expect(throws: YAMLProblem.self) { try Self.read(text) }
  }

  @Test("too many values by aliases and too deep nesting are refused")
  func bounds() {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(throws: YAMLProblem.self) { try Self.read(deep) }
    var laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for (name, other) in zip("bcdefgh", "abcdefg") {
      let items = Array(repeating: "*\(other)", count: 10).joined(separator: ",")
      laughs += "\(name): &\(name) [\(items)]\n"
    }
    #expect(throws: YAMLProblem.self) { try Self.read(laughs, maximumValues: 10_000) }
  }

  @Test("what is written is read as the same")
  func roundTrip() throws {
    let tree = ConfigurationValue.object([
      ("text", .string("plain")), ("number", .string("12")), ("word", .string("yes")),
      ("empty", .string("")), ("colon", .string("a: b # c")), ("star", .string("*.example")),
      ("pem", .string("-----BEGIN X-----\nabc=\n-----END X-----\n")),
      ("list", .array([.integer(-1), .bool(true), ConfigurationValue(.null)])),
      ("none", .array([])), ("object", .object([("inner", ConfigurationValue(.double(1.5)))])),
      ("nothing", .object([])),
    ])
    let text = try YAMLText.write(tree)
    #expect(try Self.read(text) == tree)
    #expect(text.contains("pem: |"))
  }
}
