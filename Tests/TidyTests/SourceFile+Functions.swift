// Where the functions of a file begin and end, told by their braces.

/// A function, initialiser, subscript or accessor-free property body of a file.
struct FunctionExtent {
  let name: String
  /// Where it is declared, counted from 1.
  let line: Int
  /// From its declaration to its closing brace.
  let lines: Int
}

extension SourceFile {
  /// Every function with a body; the bodies of protocol requirements don't exist and are left out.
  func functions() throws -> [FunctionExtent] {
    try matches(#"^\s*[^=]*?\b(func\s+[^\s(<]+|init[?]?\s*[(<]|deinit\b|subscript\s*[(<])"#)
      .compactMap { match in
        guard let end = endOfBody(from: match.index) else { return nil }
        let name = match.groups[1].replacing("func ", with: "").prefix { $0 != "(" && $0 != "<" }
        return FunctionExtent(
          name: String(name), line: match.index + 1, lines: end - match.index + 1)
      }
  }

  /// The index of the line with the brace that closes the body which a declaration opens.
  private func endOfBody(from start: Int) -> Int? {
    var braces = 0, parentheses = 0, opened = false
    for index in start..<code.count {
      for byte in code[index].utf8 {
        switch byte {
        case UInt8(ascii: "("): parentheses += 1
        case UInt8(ascii: ")"): parentheses -= 1
        case UInt8(ascii: "{"):
          // A default argument's closure is no body.
          if parentheses == 0 { opened = true }
          braces += 1
        case UInt8(ascii: "}"):
          braces -= 1
          if braces < 0 { return nil }
        default: break
        }
        if opened, braces == 0 { return index }
      }
      // A declaration that ends its line without opening a brace or a list has no body.
      if !opened, parentheses == 0, index + 1 < code.count {
        let next = code[index + 1].drop { $0 == " " }
        let goesOn =
          next.hasPrefix("->") || next.hasPrefix("where") || next.hasPrefix("{")
          || next.hasPrefix(")") || next.hasPrefix("throws") || next.hasPrefix("async")
        if !goesOn { return nil }
      }
    }
    return nil
  }
}
