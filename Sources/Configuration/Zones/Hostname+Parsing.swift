// From text to hostname, and why not.

extension Hostname {
  /// What is wrong with a name, and how to mend it.
  package struct Fault: Error, Equatable {
    package let problem: String
    package let remedy: String
  }

  /// Reads a hostname; capitals become small.
  package init(parsing text: String) throws(Fault) {
    let isWildcard = text.hasPrefix("*.")
    let name = isWildcard ? String(text.dropFirst(2)) : text
    if name.utf8.contains(UInt8(ascii: "*")) {
      throw Fault(
        problem: "is \"\(text)\"",
        remedy: "A star may only stand for the whole first label: write *.example.org.")
    }
    self.init(name: try Self.checkedName(name, as: text), isWildcard: isWildcard)
  }

  /// A domain name in lower case: letters, digits and hyphens in labels (RFC 1123 section 2.1).
  static func checkedName(_ name: String, as text: String) throws(Fault) -> String {
    guard name.utf8.allSatisfy({ $0 < 128 }) else {
      let ascii = Punycode.domain(name)
      throw Fault(
        problem: "is \"\(text)\", which is not ASCII",
        remedy: ascii.map { "Write its ASCII form, probably \($0)." }
          ?? "Write its ASCII form (xn--…).")
    }
    let name = name.lowercased()
    guard !name.isEmpty else {
      throw Fault(problem: "is empty", remedy: "Write a domain name, as example.org.")
    }
    guard name.utf8.count <= ZonesLimits.nameBytes else {
      throw Fault(
        problem: "has \(name.utf8.count) characters",
        remedy: "Names have at most \(ZonesLimits.nameBytes).")
    }
    if name.hasSuffix(".") {
      throw Fault(problem: "is \"\(text)\"", remedy: "Leave the dot at the end out.")
    }
    if let scheme = ["http://", "https://"].first(where: { name.hasPrefix($0) }) {
      throw Fault(
        problem: "is \"\(text)\"",
        remedy: "Write the name only: \(name.dropFirst(scheme.count).prefix { $0 != "/" }).")
    }
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { Substring($0) }
    for label in labels { try check(label, of: text) }
    if let last = labels.last, last.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      throw Fault(
        problem: "is \"\(text)\", which looks like an address",
        remedy: "Requests without a name go to the default zone; a zone needs a domain name.")
    }
    return name
  }

  private static func check(_ label: Substring, of text: String) throws(Fault) {
    guard !label.isEmpty else {
      throw Fault(
        problem: "is \"\(text)\", which has an empty label", remedy: "Write one dot at a time.")
    }
    guard label.utf8.count <= ZonesLimits.labelBytes else {
      throw Fault(
        problem: "has a label of \(label.utf8.count) characters (\(label))",
        remedy: "Labels have at most \(ZonesLimits.labelBytes).")
    }
    for byte in label.utf8 where !isLDH(byte) {
      let wrong = Character(UnicodeScalar(byte))
      throw Fault(
        problem: "is \"\(text)\", which has \"\(wrong)\" in it",
        remedy: "Use letters, digits, hyphens and dots only, without port or path.")
    }
    guard !label.hasPrefix("-"), !label.hasSuffix("-") else {
      throw Fault(
        problem: "is \"\(text)\", whose label \"\(label)\" begins or ends with a hyphen",
        remedy: "Hyphens may only stand within a label.")
    }
  }

  private static func isLDH(_ byte: UInt8) -> Bool {
    byte >= 97 && byte <= 122 || byte >= 48 && byte <= 57 || byte == UInt8(ascii: "-")
  }
}
