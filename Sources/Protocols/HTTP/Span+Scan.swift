// Scanning bytes eight at a time, within the span's bounds checks.

extension UInt64 {
  @inline(__always) static func repeating(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
  }

  /// The top bit of each byte that is below `bound` (at most 128); a byte above the lowest true
  /// one may be marked wrongly, so only the lowest mark counts.
  @inline(__always) func marksBelow(_ bound: UInt8) -> UInt64 {
    (self &- .repeating(bound)) & ~self & .repeating(0x80)
  }

  /// The top bit of each byte that is `byte`; only the lowest mark counts.
  @inline(__always) func marksEqual(_ byte: UInt8) -> UInt64 {
    (self ^ .repeating(byte)).marksBelow(1)
  }

  /// The top bit of each byte that is a control character, HTAB among them; only the lowest mark
  /// counts.
  @inline(__always) var controlMarks: UInt64 {
    let low = self & .repeating(0x7f)
    return ((low &+ .repeating(1)) | (self &- .repeating(0x20))) & ~self & .repeating(0x80)
  }

  /// Whether all bytes are ASCII letters, digits or `-`: most of what names are made of.
  @inline(__always) var isPlainName: Bool {
    let top = UInt64.repeating(0x80)
    if self & top != 0 { return false }
    let folded = self | .repeating(0x20)
    let letters = (folded &+ .repeating(0x80 - 0x61)) & ~(folded &+ .repeating(0x80 - 0x7b))
    let digits = (self &+ .repeating(0x80 - 0x30)) & ~(self &+ .repeating(0x80 - 0x3a))
    let dashes = ~((self ^ .repeating(0x2d)) &+ .repeating(0x7f))
    return (letters | digits | dashes) & top == top
  }

  /// The place, in bytes, of the lowest mark.
  @inline(__always) var lowestMark: Int { trailingZeroBitCount >> 3 }

  /// The lowest `count` bytes (0 to 8), the others zero.
  @inline(__always) func keeping(_ count: Int) -> UInt64 {
    count >= 8 ? self : self & ((1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1)
  }
}

extension Span where Element == UInt8 {
  /// Eight bytes at `offset`, the first in the lowest place. The compiler makes one load of it.
  @inline(__always) func word(at offset: Int) -> UInt64 {
    let eight = extracting(offset..<(offset &+ 8))
    guard eight.count == 8 else { return 0 }
    return UInt64(eight[0]) | UInt64(eight[1]) << 8 | UInt64(eight[2]) << 16
      | UInt64(eight[3]) << 24 | UInt64(eight[4]) << 32 | UInt64(eight[5]) << 40
      | UInt64(eight[6]) << 48 | UInt64(eight[7]) << 56
  }

  /// `length` (at most 8) bytes at `offset` with zeros behind them.
  @inline(__always) func word(at offset: Int, length: Int) -> UInt64 {
    if offset &+ 8 <= count { return word(at: offset).keeping(length) }
    return shortWord(at: offset, length: length)
  }

  private func shortWord(at offset: Int, length: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<Swift.min(length, 8) {
      word |= UInt64(self[offset + index]) << UInt64(index * 8)
    }
    return word
  }

  /// The first place from `start` of a control character other than HTAB; `count` if none.
  @inline(__always) func firstControl(from start: Int) -> Int {
    var index = start
    while index &+ 8 <= count {
      let marks = word(at: index).controlMarks
      if marks == 0 {
        index &+= 8
      } else {
        index &+= marks.lowestMark
        if self[index] != 0x09 { return index }
        index &+= 1
      }
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 && byte != 0x09 || byte == 0x7f { return index }
      index &+= 1
    }
    return index
  }

  /// The first place of `byte` in `range`; nil if there is none.
  @inline(__always) package func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
    var index = range.lowerBound
    let end = range.upperBound
    while index &+ 8 <= end {
      let marks = word(at: index).marksEqual(byte)
      if marks != 0 { return index &+ marks.lowestMark }
      index &+= 8
    }
    while index < end {
      if self[index] == byte { return index }
      index &+= 1
    }
    return nil
  }

  /// Whether `range` holds nothing but visible ASCII characters other than `#`.
  @inline(__always) func isTarget(_ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    while index &+ 8 <= end {
      let eight = word(at: index)
      let high = eight & .repeating(0x80)
      if high | eight.marksBelow(0x21) | eight.marksEqual(0x23) | eight.marksEqual(0x7f) != 0 {
        return false
      }
      index &+= 8
    }
    while index < end {
      if !ASCIISet.target.contains(self[index]) { return false }
      index &+= 1
    }
    return true
  }

  /// Whether the bytes are a token (RFC 9110 section 5.6.2).
  @inline(__always) var isToken: Bool {
    var index = 0
    while index &+ 8 <= count, word(at: index).isPlainName { index &+= 8 }
    while index < count {
      if !ASCIISet.token.contains(self[index]) { return false }
      index &+= 1
    }
    return count > 0
  }

  /// `range` without SP and HTAB at its ends (RFC 9110 section 5.6.3).
  @inline(__always) func trimmed(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, self[start] == 0x20 || self[start] == 0x09 { start &+= 1 }
    while end > start, self[end &- 1] == 0x20 || self[end &- 1] == 0x09 { end &-= 1 }
    return start..<end
  }

  /// Whether there is a byte that no field value may hold: a control character but HTAB.
  @inline(__always) var holdsControl: Bool { firstControl(from: 0) < count }
}
