// Contents of records: as the API has them, and as messages do.

import ConfigurationTree
import Control
import DNS
import Primitives

/// Turns `content`, `data` and `priority` into a record's content, and back.
enum RecordContent {
  // MARK: - To the API

  /// The words of a content as zone files have them; those in quotes without them.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var (isQuoted, isWord, isEscaped) = (false, false, false)
    for byte in text.utf8 {
      if isEscaped {
        word.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), isQuoted {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
        isWord = true
      } else if byte == 32, !isQuoted {
        if isWord { words.append(String(decoding: word, as: UTF8.self)) }
        word = []
        isWord = false
      } else {
        word.append(byte)
        isWord = true
      }
    }
    if isWord { words.append(String(decoding: word, as: UTF8.self)) }
    return words
  }

  private static func text(_ record: DNSRecord) -> String {
    var text: [UInt8] = []
    RDATA.appendText(record.type, record.content.span, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static func undotted(_ name: String) -> String {
    name.count > 1 && name.hasSuffix(".") ? String(name.dropLast()) : name
  }

  /// The content as the API shows it: names without their final dots, and of MX and URI no priority.
  static func shown(_ record: DNSRecord) -> String {
    if let text = record.text { return text }
    let text = text(record)
    switch record.type {
    case .mx: return undotted(words(text).last ?? text)
    case .srv: return undotted(text)
    case _ where RecordFields.isName(record.type): return undotted(text)
    case .uri: return String(text.drop { $0 != " " }.dropFirst())
    default: return text
    }
  }

  /// The priority that the API shows beside the content, of types that have one there.
  static func priority(_ record: DNSRecord) -> Int? {
    switch record.type {
    case .mx, .srv, .uri, .svcb, .https:
      record.content.count < 2 ? nil : Int(record.content[0]) << 8 | Int(record.content[1])
    default: nil
    }
  }

  /// The parts of the content, of types that have some.
  static func data(_ record: DNSRecord) -> ConfigurationValue? {
    guard let fields = RecordFields.of(record.type)?.fields else { return nil }
    let text = text(record)
    var words = words(text)
    if record.type == .loc { return location(words, fields) }
    var members: [(String, ConfigurationValue?)] = []
    for field in fields {
      let word = words.isEmpty ? "" : words[0]
      switch field.kind {
      case .number: members.append((field.key, Int(word).map { .integer($0) } ?? .string(word)))
      case .word, .text, .dottedName: members.append((field.key, .string(word)))
      case .name: members.append((field.key, .string(undotted(word))))
      case .rest:
        // As it is written: its quotes belong to it.
        let place = text.split(separator: " ", omittingEmptySubsequences: true)
          .dropFirst(fields.count - 1)
        members.append((field.key, .string(place.joined(separator: " "))))
      }
      if !words.isEmpty { words.removeFirst() }
    }
    return .object(members)
  }

  /// Of LOC (RFC 1876 section 3): numbers without their units.
  private static func location(
    _ words: [String], _ fields: [RecordFields.Field]
  ) -> ConfigurationValue? {
    guard words.count == fields.count else { return nil }
    return .object(
      zip(fields, words).map { field, word in
        let number = word.hasSuffix("m") ? String(word.dropLast()) : word
        if case .word = field.kind { return (field.key, .string(word)) }
        if let whole = Int(number) { return (field.key, .integer(whole)) }
        return (field.key, Double(number).map { ConfigurationValue(.double($0)) })
      })
  }

  // MARK: - From the API

  /// The text that zone files have for `data`; nil, with what is missing or wrong noted, if it is none.
  static func text(
    _ type: RecordType, data: ConfigurationValue, _ faults: inout [APIFault]
  ) -> String? {
    guard let fields = RecordFields.of(type)?.fields else { return nil }
    var words: [String] = []
    for field in fields {
      guard let value = data[field.key] else {
        if let usual = usual(type, field.key) {
          words.append(usual)
        } else {
          faults.append(.invalid("/data/\(field.key)", "is missing: a \(type) record needs it"))
        }
        continue
      }
      guard let word = word(value, field, type) else {
        faults.append(.invalid("/data/\(field.key)", "can't be \(value.kind)"))
        continue
      }
      words.append(word)
    }
    return words.count == fields.count ? words.joined(separator: " ") : nil
  }

  /// What may be left out.
  private static func usual(_ type: RecordType, _ key: String) -> String? {
    switch (type, key) {
    case (.svcb, "value"), (.https, "value"): ""
    case (.loc, "lat_minutes"), (.loc, "lat_seconds"), (.loc, "long_minutes"),
      (.loc, "long_seconds"):
      "0"
    case (.loc, "altitude"), (.loc, "size"): "1m"
    case (.loc, "precision_horz"): "10000m"
    case (.loc, "precision_vert"): "10m"
    default: nil
    }
  }

  private static func word(
    _ value: ConfigurationValue, _ field: RecordFields.Field, _ type: RecordType
  ) -> String? {
    var text: String
    switch value.content {
    case .string(let given): text = given
    case .integer(let number): text = String(number)
    case .double(let number): text = "\(number)"
    default: return nil
    }
    switch field.kind {
    case .text: return quoted(text)
    case .name, .dottedName: return dotted(text)
    case .number, .word:
      let isLength = ["altitude", "size", "precision_horz", "precision_vert"].contains(field.key)
      if type == .loc, isLength, !text.hasSuffix("m") { text += "m" }
      // A space would make two words of one.
      return text.isEmpty || text.contains(" ") ? nil : text
    case .rest: return text
    }
  }

  static func dotted(_ name: String) -> String { name.hasSuffix(".") ? name : name + "." }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// The text that zone files have for `content` of a record of `type` in the zone `zone`. Names are in full; `@`
  /// is the zone's.
  static func text(
    _ type: RecordType, content: String, priority: Int?, zone: String
  ) -> String {
    let content = String(content.trimmed)
    if RecordFields.isName(type) { return content == "@" ? dotted(zone) : dotted(content) }
    switch type {
    case .mx: return "\(priority ?? 0) \(content == "@" ? dotted(zone) : dotted(content))"
    case .uri: return "\(priority ?? 0) \(content)"
    case .srv:
      // With or without the priority, which may stand beside it.
      let words = words(content.replacing("\t", with: " "))
      let whole = words.count == 3 ? ["\(priority ?? 0)"] + words : words
      return (whole.dropLast() + [dotted(whole.last ?? "")]).joined(separator: " ")
    case .txt: return content.hasPrefix("\"") ? content : pieces(content)
    case .svcb, .https, .naptr: return content
    default: return content
    }
  }

  /// A text in as many strings of 255 bytes as it takes.
  private static func pieces(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return "\"\"" }
    var words: [String] = []
    for start in stride(from: 0, to: bytes.count, by: 255) {
      var word: [UInt8] = [34]
      for byte in bytes[start..<min(start + 255, bytes.count)] {
        if byte == 34 || byte == 92 || byte < 32 || byte > 126 {
          word.append(92)
          if byte == 34 || byte == 92 {
            word.append(byte)
          } else {
            let digits = String(byte)
            word += Array((String(repeating: "0", count: 3 - digits.count) + digits).utf8)
          }
        } else {
          word.append(byte)
        }
      }
      words.append(String(decoding: word + [34], as: UTF8.self))
    }
    return words.joined(separator: " ")
  }

  /// The content that `text` stands for, names in full.
  static func parse(_ type: RecordType, _ text: String) throws(ZoneFileFault) -> [UInt8] {
    let bytes = Array(text.utf8)
    return try RDATA.parse(type, bytes.span, origin: .root)
  }
}

extension String {
  /// Without spaces at its ends.
  var trimmed: Substring {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
