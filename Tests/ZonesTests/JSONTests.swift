// What the JSON parser promises: RFC 8259 and nothing else, with the place of every mistake.

import ConfigurationTree
import Primitives
import Testing

@Suite struct JSONTests {
  func parse(_ text: String) throws(JSONError) -> ConfigurationValue {
    try JSONParser.parse(Array(text.utf8))
  }

  @Test func `every kind of value is read`() throws {
    let text = """
      {"null": null, "yes": true, "no": false, "whole": -12, "broken": 1.5e3,
       "text": "a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é", "list": [1, [], {}]}
      """
    let value = try parse(text)
    #expect(value["null"]?.content == .null)
    #expect(value["yes"]?.content == .bool(true))
    #expect(value["no"]?.content == .bool(false))
    #expect(value["whole"]?.content == .integer(-12))
    #expect(value["broken"]?.content == .double(1_500))
    #expect(value["text"]?.content == .string("a\"\\/\u{8}\u{c}\n\r\t\u{e9}😀é"))
    #expect(value["list"] == .array([.integer(1), .array([]), .object([])]))
    #expect(value["broken"]?.position == SourcePosition(line: 1, column: 66))
    #expect(value["list"]?.position == SourcePosition(line: 2, column: 59))
  }

  @Test(
    "what is not JSON is refused at its place",
    arguments: [
      ("", "line 1, column 1: The text ends where a value should be."),
      ("{", "line 1, column 2: Here should be a key in quotes."),
      ("[1,]", "line 1, column 4: Here should be a value."),
      ("[1 2]", "line 1, column 4: Here should be a comma or a closing bracket."),
      ("{\"a\":1,}", "line 1, column 8: Here should be a key in quotes."),
      ("{\"a\" 1}", "line 1, column 6: Here should be a colon."),
      ("{\n \"a\": 1,\n \"a\": 2}", "line 3, column 2: The key \"a\" is there twice."),
      ("1 2", "line 1, column 3: There is something after the end of the value."),
      ("01", "line 1, column 2: A number must not begin with a zero."),
      ("1.", "line 1, column 3: Here should be a digit."),
      ("-", "line 1, column 2: Here should be a digit."),
      (".5", "line 1, column 1: Here should be a value."),
      ("1e", "line 1, column 3: Here should be a digit."),
      ("1e999", "line 1, column 6: The number 1e999 is too large."),
      (
        "9223372036854775808",
        "line 1, column 20: The number 9223372036854775808 is beyond 64 bits."
      ),
      ("nul", "line 1, column 4: Here should be null."),
      ("NaN", "line 1, column 1: Here should be a value."),
      ("'a'", "line 1, column 1: Here should be a value."),
      ("\"a", "line 1, column 3: The text ends within a string."),
      ("\"\t\"", "line 1, column 2: A control character in a string must be written as an escape."),
      ("\"\\x\"", "line 1, column 3: This escape is unknown."),
      ("\"\\ud800\"", "line 1, column 8: Half of a surrogate pair stands alone."),
      ("\"\\ud800\\u0041\"", "line 1, column 14: Half of a surrogate pair stands alone."),
      ("\"\\udc00\"", "line 1, column 8: Half of a surrogate pair stands alone."),
      ("\"\\u12g4\"", "line 1, column 6: Here should be a hexadecimal digit."),
      ("// a\n1", "line 1, column 1: Here should be a value."),
      ("\u{FEFF}1", "line 1, column 1: The text begins with a byte order mark; save it without."),
    ])
  func whatIsNotJsonIsRefusedAtItsPlace(text: String, message: String) {
    let error = #expect(throws: JSONError.self) { try parse(text) }
    #expect(error?.description == message)
  }

  @Test func `of a key that is there twice the first stays where the others may be noted`() throws {
    let members = (0..<20).map { "\"k\($0)\": 1, \"k\($0)\": 2" }.joined(separator: ", ")
    let text = "{\"a\": [{\"b\": 1, \"b\": 2}],\n \"a\": 3, \(members)}"
    #expect(throws: JSONError.self) { try parse(text) }
    var decoder = ConfigurationDecoder()
    let tree = try JSONParser.parse(Array(text.utf8), &decoder)
    #expect(tree["a"] == .array([.object([("b", .integer(1))])]))
    #expect(tree["k19"] == .integer(1))
    #expect(decoder.faults.count == 22)
    #expect(
      decoder.faults.prefix(2).map(\.description) == [
        "a[0].b (line 1, column 22): is given twice, first in line 1, column 14. Keep one.",
        "a (line 2, column 7): is given twice, first in line 1, column 7. Keep one.",
      ])
  }

  @Test(arguments: [[0x22, 0xC3, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]])
  func `strings that are not UTF-8 are refused`(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
  }

  @Test func `nesting is bounded`() throws {
    let deepest = ConfigurationLimits.depth
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try parse(nested(deepest)) }
    #expect(throws: JSONError.self) { try parse(nested(deepest + 1)) }
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func `a text above the limit is refused`() {
    #expect(throws: JSONError.self) { try JSONParser.parse([49, 49], maximumBytes: 1) }
  }

  @Test func `duplicates are found among many keys`() {
    let keys = (0..<100).map { "\"key\($0)\":0" } + ["\"key3\":1"]
    #expect(throws: JSONError.self) { try parse("{" + keys.joined(separator: ",") + "}") }
  }

  @Test func `what is written is read as the same tree`() throws {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<300 {
      let tree = randomTree(depth: 4, &generator)
      #expect(try JSONParser.parse(JSONWriter.write(tree)) == tree)
      #expect(try JSONParser.parse(JSONWriter.write(tree, indented: true)) == tree)
    }
  }

  @Test func `indented JSON reads well`() {
    let tree = ConfigurationValue.object([
      ("a", .array([.integer(1), .string("\u{1}\"")])), ("b", .object([])),
    ])
    let expected = """
      {
        "a": [
          1,
          "\\u0001\\""
        ],
        "b": {}
      }

      """
    #expect(String(decoding: JSONWriter.write(tree, indented: true), as: UTF8.self) == expected)
  }

  @Test func `random bytes never trap`() {
    var generator = SplitMix64(seed: 11)
    let alphabet = Array("{}[]\",:0123456789.eE+-truefalsn \\u\nd8\u{e9}".utf8)
    for _ in 0..<20_000 {
      let length = Int.random(in: 0..<40, using: &generator)
      let text = (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      if let tree = try? JSONParser.parse(text) {
        #expect((try? JSONParser.parse(JSONWriter.write(tree))) == tree)
      }
    }
  }

  // RFC 7396 appendix A.
  @Test(
    "a patch merges as RFC 7396 says",
    arguments: [
      (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
      (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
      (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
      (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
      (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
      (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
      (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
      (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
      (#"{"a":"foo"}"#, "null", "null"),
      (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
      ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
      ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
  func aPatchMergesAsRfc7396Says(original: String, patch: String, result: String) throws {
    #expect(try parse(original).merging(parse(patch)) == parse(result))
  }

  private func randomTree(
    depth: Int, _ generator: inout SplitMix64
  ) -> ConfigurationValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
    case 0: return ConfigurationValue(.null)
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return ConfigurationValue(.integer(Int64(truncatingIfNeeded: generator.next())))
    case 3:
      return ConfigurationValue(.double(Double.random(in: -1e300...1e300, using: &generator)))
    case 4:
      let scalars = (0..<5).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &generator))
      }
      return .string(String(String.UnicodeScalarView(scalars)))
    case 5:
      return .array((0..<3).map { _ in randomTree(depth: depth - 1, &generator) })
    default:
      return .object((0..<3).map { ("k\($0)", randomTree(depth: depth - 1, &generator)) })
    }
  }
}
