// What the cache has for a URL, for people.

import ConfigurationTree
import Control

/// The answer to GET /v1/cache as lines of text.
struct CacheInspectionText {
  private let tree: ConfigurationValue

  init(_ tree: ConfigurationValue) { self.tree = tree }

  var text: String {
    var rows = [
      ["answer", "\(tree["answer"]?.text ?? ""): \(tree["explanation"]?.text ?? "")"],
      ["zone", tree["zone"]?.text ?? ""],
    ]
    if let note = tree["note"]?.text { rows.append(["note", note]) }
    if let rule = tree["rule"]?.number {
      rows.append(["rule", "\(rule + 1): \(tree["ruleText"]?.text ?? "")"])
    } else {
      rows.append(["rule", "none: the zone's own settings hold"])
    }
    for (index, part) in Self.members(tree["key"]).enumerated() {
      rows.append([index == 0 ? "key" : "", "\(part.0): \(part.1)"])
    }
    rows.append(["owner", "\(tree["owner"]?.text ?? "-"), hash \(tree["keyHash"]?.text ?? "-")"])
    let stored = tree["stored"]?.elements ?? []
    rows.append(["stored", Figures.amount(stored.count, "response")])
    var text = TextTable(rows: rows).text
    for (index, variant) in stored.enumerated() { text += "\n" + Self.text(of: variant, index) }
    return text
  }

  private static func text(of variant: ConfigurationValue, _ index: Int) -> String {
    func number(_ key: String) -> UInt64 { variant[key]?.number ?? 0 }
    func flag(_ key: String) -> Bool { variant[key]?.flag ?? false }
    var places = [variant["layer"]?.text ?? ""]
    if let loop = variant["loop"]?.text { places.append(loop) }
    let others = variant["alsoOn"]?.elements.compactMap(\.text) ?? []
    var rows = [
      [
        "response \(index + 1)",
        "status \(number("status"))" + (flag("isSelected") ? ", the one for this request" : ""),
      ],
      [
        "where",
        places.joined(separator: ", ")
          + (others.isEmpty ? "" : ", also in front of \(others.joined(separator: ", "))"),
      ],
      ["age", "\(Figures.duration(seconds: number("ageSeconds"))), \(freshness(variant))"],
      ["if stale", staleUses(variant)],
    ]
    for (title, key) in [
      ("ETag", "etag"), ("Last-Modified", "lastModified"), ("Cache-Control", "cacheControl"),
    ] {
      if let value = variant[key]?.text { rows.append([title, value]) }
    }
    for (name, value) in members(variant["vary"]) { rows.append(["Vary", "\(name): \(value)"]) }
    let tags = variant["tags"]?.elements.compactMap(\.text) ?? []
    if !tags.isEmpty { rows.append(["tags", tags.joined(separator: " ")]) }
    guard variant["memoryBytes"] != nil else { return TextTable(rows: rows).text }
    rows.append([
      "size",
      "\(number("bytes")) bytes, \(Figures.bytes(number("memoryBytes"))) with all it takes"
        + (flag("isInFile") ? ", in a file of memory" : "") + ", heat \(number("heat")) of 3",
    ])
    return TextTable(rows: rows).text
  }

  private static func freshness(_ variant: ConfigurationValue) -> String {
    guard case .integer(let rest)? = variant["freshSeconds"]?.content else { return "" }
    let lifetime = Figures.duration(seconds: variant["lifetimeSeconds"]?.number ?? 0)
    var text =
      rest > 0
      ? "fresh for \(Figures.duration(seconds: UInt64(rest))) more of \(lifetime)"
      : "stale for \(Figures.duration(seconds: rest.magnitude)) after \(lifetime)"
    if variant["isValidatedAlways"]?.flag ?? false { text += ", validated on each use (no-cache)" }
    if variant["isImmutable"]?.flag ?? false { text += ", immutable" }
    return text
  }

  private static func staleUses(_ variant: ConfigurationValue) -> String {
    let uses = [
      ("whileRevalidateSeconds", "while it is validated"), ("ifErrorSeconds", "if the origin errs"),
      ("ifUnreachableSeconds", "if the origin can't be reached"),
    ].compactMap { key, words -> String? in
      let seconds = variant["stale"]?[key]?.number ?? 0
      return seconds == 0 ? nil : "\(words) (\(Figures.duration(seconds: seconds)) more)"
    }
    return uses.isEmpty ? "not used" : "used " + uses.joined(separator: ", ")
  }

  private static func members(_ tree: ConfigurationValue?) -> [(String, String)] {
    guard case .object(let members)? = tree?.content else { return [] }
    return members.map { ($0.key, $0.value.text ?? "(none)") }
  }
}
