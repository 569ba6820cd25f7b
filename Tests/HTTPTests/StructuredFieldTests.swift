// Structured fields against the cases of the HTTP working group, and our own for what those lack.

import Foundation
import HTTP
import Primitives
import Testing

@Suite("Structured fields")
struct StructuredFieldTests {
  static let files = [
    "binary", "boolean", "dictionary", "item", "list", "listlist", "number-generated", "number",
    "param-dict", "param-list", "param-listlist", "string-generated", "string",
    "token-generated", "token",
  ]

  @Test(arguments: files)
  func `all shared cases hold`(file: String) throws {
    let path = "conformance/data/structured-fields/\(file).json"
    guard let content = sharedFile(path) else { return }
    let cases = try #require(try JSONSerialization.jsonObject(with: content) as? [[String: Any]])
    #expect(!cases.isEmpty)
    for one in cases {
      let name = try #require(one["name"] as? String)
      let raw = try #require(one["raw"] as? [String])
      let kind = try #require(one["header_type"] as? String)
      let value = bytes(raw.joined(separator: ", "))
      let parsed = Parsed(kind, value)
      if one["must_fail"] as? Bool == true {
        #expect(parsed == nil, "\(name)")
        continue
      }
      if parsed == nil, one["can_fail"] as? Bool == true { continue }
      let found = try #require(parsed, "\(name)")
      let expected = try #require(one["expected"])
      #expect(found.matches(expected), "\(name)")
      let canonical = (one["canonical"] as? [String] ?? raw).joined(separator: ", ")
      let written = try found.written()
      #expect(written == canonical, "\(name)")
    }
  }

  @Test func `dates and display strings are read and written`() throws {
    let value = "@1659578233;a=%\"f%c3%bc %22\""
    let parsed = StructuredItem(parsing: bytes(value).span)
    let item = try #require(parsed)
    #expect(item.value == .date(1_659_578_233))
    #expect(item.parameter("a") == .displayString(bytes("fü \"")))
    #expect(item.parameter("b") == nil)
    let written = try Parsed.item(item).written()
    #expect(written == value)
    for malformed in [
      "@", "@1.5", "%\"%C3%BC\"", "%\"%c3\"", "%\"a", "%a", "%\"\u{e9}\"", "%\"%f\"",
    ] {
      #expect(Parsed("item", bytes(malformed)) == nil, "\(malformed)")
    }
  }

  @Test func `what can't be said is not written`() {
    let values: [StructuredValue] = [
      .integer(1_000_000_000_000_000), .decimal(thousandths: -1_000_000_000_000_000),
      .string(bytes("\u{e9}")), .token(bytes("1a")), .token([]), .displayString([0xff]),
      .string([0x0a]),
    ]
    for value in values {
      #expect(throws: HTTPParseError.invalidFieldValue) {
        try Parsed.item(StructuredItem(value)).written()
      }
    }
    let key = StructuredParameter(key: bytes("A"), value: .boolean(true))
    #expect(throws: HTTPParseError.invalidFieldValue) {
      try Parsed.item(StructuredItem(.boolean(true), parameters: [key])).written()
    }
  }

  @Test func `sizes are bounded`() {
    let many = Array(repeating: "1", count: 1025).joined(separator: ",")
    #expect(Parsed("list", bytes(many)) == nil)
    #expect(Parsed("list", bytes(String(many.dropLast(2)))) != nil)
    #expect(Parsed("list", [UInt8](repeating: 0x61, count: 70_000)) == nil)
    let parameters = (0..<257).map { ";a\($0)" }.joined()
    #expect(Parsed("item", bytes("1" + parameters)) == nil)
  }

  /// A parsed field, compared with the JSON of the shared cases.
  enum Parsed: Equatable {
    case item(StructuredItem)
    case list(StructuredList)
    case dictionary(StructuredDictionary)

    init?(_ kind: String, _ value: [UInt8]) {
      let parsed: Parsed? =
        switch kind {
        case "item": StructuredItem(parsing: value.span).map { .item($0) }
        case "list": StructuredList(parsing: value.span).map { .list($0) }
        default: StructuredDictionary(parsing: value.span).map { .dictionary($0) }
        }
      guard let parsed else { return nil }
      self = parsed
    }

    func written() throws -> String {
      var output: [UInt8] = []
      switch self {
      case .item(let item): try StructuredFieldWriter.append(item, to: &output)
      case .list(let list): try StructuredFieldWriter.append(list, to: &output)
      case .dictionary(let dictionary): try StructuredFieldWriter.append(dictionary, to: &output)
      }
      return text(output)
    }

    func matches(_ json: Any) -> Bool {
      switch self {
      case .item(let item): return Self.matches(.item(item), json)
      case .list(let list):
        guard let json = json as? [Any], json.count == list.members.count else { return false }
        return zip(list.members, json).allSatisfy { Self.matches($0, $1) }
      case .dictionary(let dictionary):
        guard let json = json as? [[Any]], json.count == dictionary.members.count else {
          return false
        }
        return zip(dictionary.members, json).allSatisfy {
          text($0.key) == $1[0] as? String && Self.matches($0.value, $1[1])
        }
      }
    }

    private static func matches(_ member: StructuredMember, _ json: Any) -> Bool {
      guard let pair = json as? [Any], let parameters = pair[1] as? [[Any]] else { return false }
      switch member {
      case .item(let item):
        return matches(item.value, pair[0]) && matches(item.parameters, parameters)
      case .innerList(let items, let found):
        guard let list = pair[0] as? [Any], list.count == items.count else { return false }
        return matches(found, parameters)
          && zip(items, list).allSatisfy { matches(.item($0), $1) }
      }
    }

    private static func matches(_ found: [StructuredParameter], _ json: [[Any]]) -> Bool {
      found.count == json.count
        && zip(found, json).allSatisfy {
          text($0.key) == $1[0] as? String && matches($0.value, $1[1])
        }
    }

    private static func matches(_ value: StructuredValue, _ json: Any) -> Bool {
      switch value {
      case .integer(let integer): return (json as? NSNumber)?.int64Value == integer
      case .decimal(let thousandths):
        guard let number = (json as? NSNumber)?.doubleValue else { return false }
        return Int64((number * 1000).rounded()) == thousandths
      case .string(let content): return json as? String == text(content)
      case .boolean(let flag): return json as? Bool == flag
      case .token(let token): return typed(json, "token") == text(token)
      case .byteSequence(let content): return typed(json, "binary") == base32(content)
      case .date(let seconds): return (json as? [String: Any])?["value"] as? Int64 == seconds
      case .displayString(let content): return typed(json, "displaystring") == text(content)
      }
    }

    private static func typed(_ json: Any, _ type: String) -> String? {
      guard let object = json as? [String: Any], object["__type"] as? String == type else {
        return nil
      }
      return object["value"] as? String
    }

    private static func base32(_ content: [UInt8]) -> String {
      let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
      let bits = content.map { byte in
        String(repeating: "0", count: byte.leadingZeroBitCount == 8 ? 7 : byte.leadingZeroBitCount)
          + String(byte, radix: 2)
      }.joined()
      var result = ""
      var rest = bits[...]
      while !rest.isEmpty {
        let five = String(rest.prefix(5)).padding(toLength: 5, withPad: "0", startingAt: 0)
        result.append(alphabet[Int(five, radix: 2) ?? 0])
        rest = rest.dropFirst(5)
      }
      while result.count % 8 != 0 { result.append("=") }
      return result
    }
  }
}
