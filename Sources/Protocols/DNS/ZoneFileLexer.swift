// Zone files as words (RFC 1035 section 5.1).

import Primitives

/// Cuts the bytes of a zone file into entries and their words, wherever the input is cut.
///
/// An entry ends with its line unless a parenthesis is open. Escapes stay in the words, since they
/// mean other things in names than in texts.
struct ZoneFileLexer: Sendable {
  /// What a byte completed.
  enum Event: Sendable { case none, entry }

  /// The bytes of the words of the entry, one after the other.
  private(set) var text: [UInt8] = []
  private(set) var words: [ZoneFileToken] = []
  /// Whether white space stands before the first word: the owner is that of the entry before.
  private(set) var beginsBlank = false
  /// What is wrong with the entry's form; its other words are passed over.
  private(set) var fault: (reason: DNSError, position: ZoneFilePosition)?
  private(set) var position = ZoneFilePosition(line: 1, column: 1)

  private let limits: ZoneFileLimits
  private var mode = Mode.blank
  private var isEscaped = false
  private var depth = 0
  private var lineBytes = 0
  private var wordStart = 0
  private var wordPosition = ZoneFilePosition(line: 1, column: 1)
  private var quotedPartStart: Int?

  /// What is being read.
  private enum Mode { case blank, word, quoted, quotedPart, comment }

  init(limits: ZoneFileLimits) { self.limits = limits }

  /// Whether the line is longer than anything that is text; nothing more is taken.
  var isBeyondLine: Bool { lineBytes > limits.lineBytes }

  /// Forgets the entry, keeping its memory.
  mutating func removeEntry() {
    text.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    beginsBlank = false
    fault = nil
    depth = 0
    mode = .blank
    isEscaped = false
  }

  /// Takes bytes of `piece` from `index` on, which it moves, until an entry is complete, a line is too
  /// long, or the piece is at its end. After `.entry` the caller looks at the words and calls
  /// `removeEntry`.
  mutating func take(_ piece: Span<UInt8>, from index: inout Int) -> Event {
    while index < piece.count, !isBeyondLine {
      let end = endOfRun(in: piece, from: index)
      if end > index {
        takeRun(piece.extracting(index..<end))
        index = end
        continue
      }
      index += 1
      if take(piece[index - 1]) == .entry { return .entry }
    }
    return .none
  }

  /// Where the bytes end that mean nothing but themselves in what is being read.
  private func endOfRun(in piece: Span<UInt8>, from start: Int) -> Int {
    if isEscaped { return start }
    var index = start
    switch mode {
    case .blank: break
    case .comment: while index < piece.count, piece[index] != 0x0a { index &+= 1 }
    case .quoted, .quotedPart:
      while index < piece.count, piece[index] != 0x22, piece[index] != 0x5c, piece[index] != 0x0a {
        index &+= 1
      }
    case .word: while index < piece.count, Self.isPlain(piece[index]) { index &+= 1 }
    }
    return index
  }

  /// Whether the byte is part of a word wherever it stands: no white space, parenthesis, semicolon,
  /// quotation mark or backslash.
  private static func isPlain(_ byte: UInt8) -> Bool {
    let special: UInt64 = 0x0800_0305_0000_2600
    return byte < 64 ? special &>> UInt64(byte) & 1 == 0 : byte != 0x5c
  }

  private mutating func takeRun(_ run: Span<UInt8>) {
    lineBytes += run.count
    if mode != .comment {
      if run.count <= limits.entryBytes - text.count {
        text.append(run)
      } else {
        refuse(.entryTooLong, at: wordPosition)
      }
    }
    position = ZoneFilePosition(line: position.line, column: position.column + run.count)
  }

  /// Takes one byte.
  private mutating func take(_ byte: UInt8) -> Event {
    if byte == 0x0a {
      let event = endLine()
      position = ZoneFilePosition(line: position.line + 1, column: 1)
      lineBytes = 0
      return event
    }
    if lineBytes == 0, words.isEmpty, depth == 0 { beginsBlank = byte == 0x20 || byte == 0x09 }
    lineBytes += 1
    if mode != .comment { step(byte) }
    position = ZoneFilePosition(line: position.line, column: position.column + 1)
    return .none
  }

  /// The end of the file ends the last line.
  mutating func finish() -> Event {
    _ = endLine()
    if depth > 0 { refuse(.unclosedParenthesis) }
    return words.isEmpty && fault == nil ? .none : .entry
  }

  private mutating func endLine() -> Event {
    if mode == .quoted || mode == .quotedPart { refuse(.unclosedQuote) }
    if isEscaped { refuse(.invalidEscape) }
    if mode == .word || mode == .quoted || mode == .quotedPart { endWord() }
    mode = .blank
    isEscaped = false
    // A line that has a fault ends the entry, so that what follows is read as itself.
    return depth == 0 && !words.isEmpty || fault != nil ? .entry : .none
  }

  private mutating func step(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
      return put(byte)
    }
    switch mode {
    case .quoted, .quotedPart: stepQuoted(byte)
    case .word, .blank: stepPlain(byte)
    case .comment: break
    }
  }

  private mutating func stepQuoted(_ byte: UInt8) {
    switch byte {
    case 0x22:
      if mode == .quoted { endWord() }
      mode = mode == .quoted ? .blank : .word
    case 0x5c:
      isEscaped = true
      put(byte)
    default: put(byte)
    }
  }

  private mutating func stepPlain(_ byte: UInt8) {
    switch byte {
    case 0x20, 0x09, 0x0d, 0x28, 0x29, 0x3b:
      if mode == .word { endWord() }
      mode = byte == 0x3b ? .comment : .blank
      if byte == 0x28 {
        depth += 1
        if depth > limits.depth { refuse(.tooManyParentheses) }
      } else if byte == 0x29 {
        depth -= 1
        if depth < 0 { refuse(.unopenedParenthesis) }
      }
    case 0x22:
      if mode == .word {
        quotedPartStart = quotedPartStart ?? text.count
        mode = .quotedPart
      } else {
        beginWord()
        mode = .quoted
      }
    default:
      if mode == .blank {
        beginWord()
        mode = .word
      }
      isEscaped = byte == 0x5c
      put(byte)
    }
  }

  private mutating func beginWord() {
    wordStart = text.count
    wordPosition = position
    quotedPartStart = nil
  }

  private mutating func endWord() {
    guard words.count < limits.entryWords else { return refuse(.entryTooLong, at: wordPosition) }
    words.append(
      ZoneFileToken(
        range: wordStart..<text.count, position: wordPosition, isQuoted: mode == .quoted,
        quotedPartStart: quotedPartStart))
  }

  private mutating func put(_ byte: UInt8) {
    guard text.count < limits.entryBytes else { return refuse(.entryTooLong, at: wordPosition) }
    text.append(byte)
  }

  private mutating func refuse(_ reason: DNSError, at place: ZoneFilePosition? = nil) {
    if fault == nil { fault = (reason, place ?? position) }
  }
}
