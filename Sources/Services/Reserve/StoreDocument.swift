// XML answers of an object store.

import Primitives

/// The texts of an XML answer with the names of the elements around them, as far as errors and lists of S3
/// need it: elements and texts, without attributes, document types or namespaces. Bounded.
struct StoreDocument: Equatable, Sendable {
  /// A text and where it stands, as "Error/Code".
  struct Text: Equatable, Sendable {
    let path: String
    let value: String
  }

  private(set) var texts: [Text] = []

  /// Nil for anything that is no such document, or exceeds the limits.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count <= ReserveLimits.documentBytes else { return nil }
    var open: [String] = []
    var text: [UInt8] = []
    var index = 0
    var hasRoot = false
    while index < bytes.count {
      guard bytes[index] == 0x3c else {
        if open.isEmpty, !Self.isSpace(bytes[index]) { return nil }
        text.append(bytes[index])
        index += 1
        continue
      }
      guard let end = Self.end(of: index, in: bytes) else { return nil }
      let tag = bytes.extracting(index + 1..<end)
      index = end + 1
      guard tag.count > 0 else { return nil }
      // Declarations and comments mean nothing here; document types are not for us.
      if tag[0] == 0x3f || tag.beginsLike("!--") && tag.count >= 3 { continue }
      if tag[0] == 0x21 { return nil }
      if tag[0] == 0x2f {
        guard let name = open.last, Self.name(tag.extracting(1..<tag.count)) == name,
          add(text, at: open)
        else { return nil }
        open.removeLast()
      } else {
        if open.isEmpty && hasRoot { return nil }
        hasRoot = true
        guard let name = Self.name(tag), open.count < ReserveLimits.documentDepth else {
          return nil
        }
        if tag[tag.count - 1] != 0x2f { open.append(name) }
      }
      text.removeAll(keepingCapacity: true)
    }
    guard hasRoot, open.isEmpty else { return nil }
  }

  /// The first text at a path.
  func first(_ path: String) -> String? { texts.first { $0.path == path }?.value }

  /// All texts at a path.
  func all(_ path: String) -> [String] { texts.filter { $0.path == path }.map(\.value) }

  /// False if it is not well formed, or one too many.
  private mutating func add(_ text: [UInt8], at open: [String]) -> Bool {
    guard texts.count < ReserveLimits.documentTexts, let value = Self.decoded(text) else {
      return false
    }
    guard !value.allSatisfy(\.isWhitespace) else { return true }
    texts.append(Text(path: open.joined(separator: "/"), value: value))
    return true
  }

  /// Where the tag ends that begins at `start`; a comment only ends with two hyphens.
  private static func end(of start: Int, in bytes: Span<UInt8>) -> Int? {
    let rest = bytes.extracting(start + 1..<bytes.count)
    let isComment = rest.count >= 3 && rest.extracting(0..<3).equals("!--")
    var index = isComment ? start + 6 : start + 1
    while index < bytes.count {
      if bytes[index] == 0x3e,
        !isComment || bytes[index - 1] == 0x2d && bytes[index - 2] == 0x2d
      {
        return index
      }
      index += 1
    }
    return nil
  }

  /// The name that a tag begins with.
  private static func name(_ tag: Span<UInt8>) -> String? {
    var name: [UInt8] = []
    for index in 0..<tag.count {
      let byte = tag[index]
      if isSpace(byte) || byte == 0x2f { break }
      name.append(byte)
    }
    return name.isEmpty || name.count > 64 ? nil : String(decoding: name, as: UTF8.self)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  /// A text with its references to characters replaced.
  private static func decoded(_ text: [UInt8]) -> String? {
    guard text.contains(0x26) else { return String(decoding: text, as: UTF8.self) }
    var output = ""
    var rest = String(decoding: text, as: UTF8.self)[...]
    while let start = rest.firstIndex(of: "&") {
      output += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ";") else { return nil }
      let reference = rest[rest.index(after: start)..<end]
      guard let character = character(reference) else { return nil }
      output.append(character)
      rest = rest[rest.index(after: end)...]
    }
    return output + rest
  }

  private static func character(_ reference: Substring) -> Character? {
    switch reference {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    guard reference.hasPrefix("#"), reference.count <= 9 else { return nil }
    let digits = reference.dropFirst()
    let number =
      digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
    return number.flatMap { Unicode.Scalar($0) }.map { Character($0) }
  }
}
