// Keys that a mapping of YAML has twice.

import ConfigurationTree

/// A text in which keys that are given again can be read.
///
/// Yams refuses a whole text for the first of them, and tells where the key stands first. There its first
/// character is exchanged for one that nobody writes, so that every other fault can be told; who reads
/// the tree puts the names back.
struct YAMLRepeats {
  /// Keys that are treated so; each costs another look at the whole text.
  static let maximumKeys = 20

  private(set) var text: String
  /// What the keys are called that were changed, by where they stand.
  private(set) var names: [SourcePosition: String] = [:]

  init(_ text: String) { self.text = text }

  /// Changes `key`, which stands at `position`; false if it is not written there as it is.
  mutating func hide(_ key: String, at position: SourcePosition) -> Bool {
    guard names.count < Self.maximumKeys, key != "<<", let first = key.unicodeScalars.first,
      let substitute = Unicode.Scalar(UInt32(Self.privateUse + names.count)),
      var index = index(of: position)
    else { return false }
    if text.unicodeScalars[index] == "\"" || text.unicodeScalars[index] == "'" {
      index = text.unicodeScalars.index(after: index)
    }
    guard index < text.endIndex, text.unicodeScalars[index] == first else { return false }
    names[position] = key
    text.unicodeScalars.replaceSubrange(index...index, with: [substitute])
    return true
  }

  /// Where the characters begin that nobody has given a meaning.
  private static let privateUse = 0xE000

  /// Lines end as YAML 1.1 says, whose reader counts them (section 4.2).
  private func index(of position: SourcePosition) -> String.Index? {
    var (line, column) = (1, 1)
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    while index < scalars.endIndex, line <= position.line {
      if line == position.line && column == position.column { return index }
      let scalar = scalars[index]
      index = scalars.index(after: index)
      let isWhole = scalar != "\r" || index == scalars.endIndex || scalars[index] != "\n"
      if isWhole, ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
        (line, column) = (line + 1, 1)
      } else {
        column += 1
      }
    }
    return nil
  }
}
