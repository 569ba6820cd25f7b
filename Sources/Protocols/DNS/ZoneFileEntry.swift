// The words of one entry of a zone file, taken from the front.

import Primitives

/// One directive or record of a zone file as words, with the place of what is wrong in it.
struct ZoneFileEntry {
  private let words: [ZoneFileToken]
  private let text: [UInt8]
  private var next = 0

  init(words: [ZoneFileToken], text: [UInt8]) {
    self.words = words
    self.text = text
  }

  var isAtEnd: Bool { next == words.count }

  /// Whether the first word begins with `$`.
  var startsDirective: Bool {
    guard let first = words.first, !first.isQuoted else { return false }
    return !first.range.isEmpty && text[first.range.lowerBound] == 0x24
  }

  /// Takes the next word.
  mutating func word() throws(ZoneFileFault) -> [UInt8] {
    guard next < words.count else { throw fault(.missingWord) }
    next += 1
    return Array(text[words[next - 1].range])
  }

  /// Takes the next word as a name; `@` stands for the origin.
  mutating func name(origin: DomainName) throws(ZoneFileFault) -> DomainName {
    let word = try word()
    if word == [0x40], !words[next - 1].isQuoted { return origin }
    do throws(DNSError) {
      return try DomainName(presentation: word.span, origin: origin)
    } catch {
      throw fault(error)
    }
  }

  /// Takes the rest as the content of a record.
  mutating func content(
    of type: RecordType, origin: DomainName?
  ) throws(ZoneFileFault) -> [UInt8] {
    var parser = RDATAParser(words: words, text: text, first: next, origin: origin)
    do throws(DNSError) {
      return try parser.parse(type)
    } catch {
      next = parser.next
      throw fault(error)
    }
  }

  /// A fault of the word that was taken last.
  func fault(_ reason: DNSError) -> ZoneFileFault {
    guard let word = words.isEmpty ? nil : words[max(next, 1) - 1] else {
      return ZoneFileFault(
        position: ZoneFilePosition(line: 1, column: 1), reason: reason, word: "")
    }
    var quoted: [UInt8] = []
    // The fault may be read in a terminal, which must not be told what to do.
    for byte in text[word.range].prefix(ZoneFileLimits.quotedBytes) {
      if (0x20..<0x7f).contains(byte) {
        quoted.append(byte)
      } else {
        quoted.appendDecimalEscape(byte)
      }
    }
    return ZoneFileFault(
      position: word.position, reason: reason, word: String(decoding: quoted, as: UTF8.self))
  }
}
