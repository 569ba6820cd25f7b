// Separates Swift code from comments and string literals, so that rules look at code only.

/// A scanner over one Swift file that blanks what is not code, keeping every line's length.
///
/// It knows line and nested block comments, string literals (plain, multi-line, raw) and
/// interpolations, whose inside is code again. Regex literals are taken for code.
struct CodeMask {
  private enum State {
    case code(parentheses: Int)
    case text(delimiter: Int, multiline: Bool)
  }

  private let source: [UInt8]
  private var masked: [UInt8]
  private var position = 0
  private var states: [State] = [.code(parentheses: 0)]

  /// The text of a file with comments and the insides of strings replaced by spaces.
  static func code(of text: String) -> String {
    var mask = CodeMask(Array(text.utf8))
    mask.run()
    return String(decoding: mask.masked, as: UTF8.self)
  }

  private init(_ source: [UInt8]) {
    self.source = source
    masked = source
  }

  private mutating func run() {
    while position < source.count {
      switch states[states.count - 1] {
      case .code(let parentheses): stepInCode(parentheses)
      case .text(let delimiter, let multiline): stepInText(delimiter, multiline)
      }
    }
  }

  private mutating func stepInCode(_ parentheses: Int) {
    if starts("//") {
      while position < source.count, source[position] != newline { blank() }
    } else if starts("/*") {
      blankBlockComment()
    } else if source[position] == quote || source[position] == hash {
      enterText()
    } else {
      if source[position] == openParenthesis {
        states[states.count - 1] = .code(parentheses: parentheses + 1)
      } else if source[position] == closeParenthesis {
        if parentheses == 0, states.count > 1 {
          states.removeLast()
        } else {
          states[states.count - 1] = .code(parentheses: max(0, parentheses - 1))
        }
      }
      position += 1
    }
  }

  private mutating func blankBlockComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        blank(2)
      } else if starts("*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && position < source.count
  }

  /// At a quote or a number sign: a literal begins if a quote follows the number signs.
  private mutating func enterText() {
    var delimiter = 0
    while position + delimiter < source.count, source[position + delimiter] == hash {
      delimiter += 1
    }
    guard position + delimiter < source.count, source[position + delimiter] == quote else {
      position += max(delimiter, 1)
      return
    }
    position += delimiter
    let multiline = starts("\"\"\"")
    position += multiline ? 3 : 1
    states.append(.text(delimiter: delimiter, multiline: multiline))
  }

  private mutating func stepInText(_ delimiter: Int, _ multiline: Bool) {
    let signs = String(repeating: "#", count: delimiter)
    let end = (multiline ? "\"\"\"" : "\"") + signs
    if starts(end) || (!multiline && source[position] == newline) {
      position += source[position] == newline ? 0 : end.utf8.count
      states.removeLast()
    } else if starts("\\" + signs + "(") {
      blank(delimiter + 2)
      states.append(.code(parentheses: 0))
    } else if starts("\\" + signs) {
      blank(delimiter + 2)
    } else {
      blank()
    }
  }

  private func starts(_ text: String) -> Bool {
    var index = position
    for byte in text.utf8 {
      guard index < source.count, source[index] == byte else { return false }
      index += 1
    }
    return true
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where position < source.count {
      if source[position] != newline { masked[position] = UInt8(ascii: " ") }
      position += 1
    }
  }

  private let newline = UInt8(ascii: "\n")
  private let quote = UInt8(ascii: "\"")
  private let hash = UInt8(ascii: "#")
  private let openParenthesis = UInt8(ascii: "(")
  private let closeParenthesis = UInt8(ascii: ")")
}
