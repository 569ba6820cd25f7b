// A record from the JSON of a request.

import ConfigurationTree
import Control
import DNS
import NameService
import Primitives

/// Reads records of the zone `zone`; members that it does not know are ignored, as clients send some.
struct RecordReading {
  let zone: String
  let now: WallTime
  var faults: [APIFault] = []

  init(zone: String, now: WallTime) {
    self.zone = zone
    self.now = now
  }

  /// A whole record from `tree`, which gets `id`. Nil if something is wrong, which is noted.
  mutating func whole(_ tree: ConfigurationValue, id: ObjectID) -> DNSRecord? {
    guard case .object = tree.content else {
      faults.append(APIFault(9_207, "The content is \(tree.kind). Send an object."))
      return nil
    }
    let type = type(tree)
    let name = name(tree["name"])
    let ttl = ttl(tree["ttl"]) ?? 1
    guard let type, let name else { return nil }
    var record = DNSRecord(id: id, name: name, type: type, ttl: ttl, content: [], now: now)
    readContent(tree, of: &record)
    readDetails(tree, of: &record)
    return faults.isEmpty ? record : nil
  }

  /// `record` changed by what `tree` has. Nil if something is wrong.
  mutating func changed(_ record: DNSRecord, by tree: ConfigurationValue) -> DNSRecord? {
    guard case .object = tree.content else {
      faults.append(APIFault(9_207, "The content is \(tree.kind). Send an object."))
      return nil
    }
    var record = record
    if tree["type"] != nil, let given = type(tree), given != record.type {
      record.type = given
      if tree["content"] == nil, tree["data"] == nil {
        faults.append(.invalid("/content", "is missing: the record gets another type"))
      }
    }
    if tree["name"] != nil, let given = name(tree["name"]) { record.name = given }
    if let given = ttl(tree["ttl"]) { record.ttl = given }
    if tree["content"] != nil || tree["data"] != nil || tree["priority"] != nil {
      readContent(tree, of: &record)
    }
    readDetails(tree, of: &record)
    record.modified = now
    return faults.isEmpty ? record : nil
  }

  // MARK: - Members

  private mutating func text(_ value: ConfigurationValue?, _ key: String) -> String? {
    guard let value, value.content != .null else { return nil }
    if let text = value.text { return text }
    faults.append(.invalid("/\(key)", "is \(value.kind), and has to be a text"))
    return nil
  }

  private mutating func type(_ tree: ConfigurationValue) -> RecordType? {
    guard let text = text(tree["type"], "type") else {
      if tree["type"] == nil { faults.append(.invalid("/type", "is missing, as A or MX")) }
      return nil
    }
    let bytes = Array(text.uppercased().utf8)
    guard let type = RecordType(bytes.span), RecordFields.types.contains(type) else {
      faults.append(
        .invalid("/type", "is \"\(text)\", which is none of the types that there are here"))
      return nil
    }
    return type
  }

  /// The name in full, in lower case, without the final dot; it may be given relative to the zone, too.
  private mutating func name(_ value: ConfigurationValue?) -> String? {
    guard let text = text(value, "name"), !text.isEmpty else {
      if value == nil || value?.text == "" {
        faults.append(.invalid("/name", "is missing: a name in the zone, or @", code: 9_001))
      }
      return nil
    }
    let bytes = Array(text.utf8)
    do throws(DNSError) {
      let apex = try DomainName(zone)
      if text == "@" { return zone }
      var name = try DomainName(presentation: bytes.span, origin: .root)
      if !name.isWithin(apex) {
        guard !text.hasSuffix(".") else {
          faults.append(.invalid("/name", "is \"\(text)\", which is not in \(zone)", code: 9_001))
          return nil
        }
        name = try DomainName(presentation: bytes.span, origin: apex)
      }
      return Self.text(name.canonical)
    } catch {
      faults.append(
        .invalid("/name", "is \"\(text)\", which is no name: \(error.explanation)", code: 9_000))
      return nil
    }
  }

  /// A name as the API shows it.
  static func text(_ name: DomainName) -> String {
    let text = name.description
    return text.count > 1 && text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private mutating func ttl(_ value: ConfigurationValue?) -> Int? {
    guard let value else { return nil }
    if let number = value.number.map({ Int($0) }),
      number == 1 || APILimits.ttl.contains(number)
    {
      return number
    }
    let range = APILimits.ttl
    faults.append(
      .invalid(
        "/ttl",
        "has to be 1 (automatic), or from \(range.lowerBound) to \(range.upperBound) seconds",
        code: 9_021))
    return nil
  }

  private mutating func readContent(_ tree: ConfigurationValue, of record: inout DNSRecord) {
    let known = faults.count
    var priority = RecordContent.priority(record)
    if let value = tree["priority"], value.content != .null {
      if let number = value.number, number <= 65_535 {
        priority = Int(number)
      } else {
        faults.append(.invalid("/priority", "has to be from 0 to 65535", code: 9_007))
      }
    }
    var text: String?
    if let data = tree["data"], case .object = data.content, RecordFields.of(record.type) != nil {
      text = dataText(data, record, priority, tree)
    } else if let content = self.text(tree["content"], "content") {
      guard record.type != .mx || priority != nil || faults.count > known else {
        faults.append(.invalid("/priority", "is missing: an MX record needs it", code: 9_007))
        return
      }
      text = RecordContent.text(record.type, content: content, priority: priority, zone: zone)
      record.text = record.type == .txt ? content : nil
    } else if tree["priority"] != nil, !record.content.isEmpty {
      let shown = RecordContent.shown(record)
      text = RecordContent.text(record.type, content: shown, priority: priority, zone: zone)
    } else if faults.count == known {
      faults.append(.invalid("/content", "is missing", code: 9_002))
    }
    guard let text, faults.count == known else { return }
    do throws(ZoneFileFault) {
      record.content = try RecordContent.parse(record.type, text)
    } catch {
      let problem = "is no content of a \(record.type) record: \(error.reason.explanation)"
      faults.append(.invalid("/content", problem, code: Self.code(record.type)))
    }
  }

  /// The text of `data`, in which some clients leave out what they give beside it.
  private mutating func dataText(
    _ data: ConfigurationValue, _ record: DNSRecord, _ priority: Int?, _ tree: ConfigurationValue
  ) -> String? {
    var data = data
    if data["priority"] == nil, let priority {
      data = data.merging(.object([("priority", .integer(priority))]))
    }
    if record.type == .uri, data["target"] == nil, let content = tree["content"] {
      data = data.merging(.object([("target", content)]))
    }
    return RecordContent.text(record.type, data: data, &faults)
  }

  private static func code(_ type: RecordType) -> Int {
    switch type {
    case .a: 9_005
    case .aaaa: 9_006
    case .cname: 9_007
    default: 9_009
    }
  }

  private mutating func readDetails(_ tree: ConfigurationValue, of record: inout DNSRecord) {
    if let value = tree["comment"] {
      let given = text(value, "comment") ?? ""
      if given.utf8.count > APILimits.commentBytes {
        faults.append(
          .invalid("/comment", "has more than \(APILimits.commentBytes) bytes", code: 9_302))
      }
      record.comment = given
    }
    if let value = tree["tags"], value.content != .null {
      let texts = value.elements.compactMap(\.text)
      let isList =
        if case .array(let all) = value.content { all.count == texts.count } else { false }
      if !isList || texts.count > APILimits.tags
        || texts.contains(where: { $0.utf8.count > APILimits.tagBytes })
      {
        faults.append(
          .invalid(
            "/tags",
            "has to be a list of at most \(APILimits.tags) texts of \(APILimits.tagBytes) bytes",
            code: 9_303))
      }
      record.tags = texts
    }
    if let value = tree["proxied"], value.content != .null {
      if let flag = value.flag {
        record.isProxied = flag
      } else {
        faults.append(.invalid("/proxied", "has to be true or false", code: 9_003))
      }
    }
    if record.isProxied, !record.isProxiable {
      faults.append(
        .invalid("/proxied", "is true, and a \(record.type) record can't be proxied", code: 9_004))
    }
    // Whoever asks us gets what we choose.
    if record.isProxied { record.ttl = 1 }
  }
}
