// The words of one entry of a zone file, taken from the front.

import Primitives

/// One directive or record of a zone file as words, with the place of what is wrong in it.
struct ZoneFileEntry {
  private var words: ZoneFileWords

  init(words: [ZoneFileToken], text: [UInt8]) { self.words = ZoneFileWords(words, text: text) }

  var isAtEnd: Bool { words.isAtEnd }

  /// Whether the first word begins with `$`.
  var startsDirective: Bool {
    guard let first = words.tokens.first, !first.isQuoted else { return false }
    return words.bytes(of: first).first == 0x24
  }

  /// Takes the next word.
  mutating func word() throws(ZoneFileFault) -> [UInt8] {
    do throws(DNSError) {
      return try words.word()
    } catch {
      throw fault(error)
    }
  }

  /// Takes the next word as a name; `@` stands for the origin.
  mutating func name(origin: DomainName) throws(ZoneFileFault) -> DomainName {
    do throws(DNSError) {
      return try words.name(origin: origin)
    } catch {
      throw fault(error)
    }
  }

  /// Takes the rest as the content of a record.
  mutating func content(
    of type: RecordType, origin: DomainName?
  ) throws(ZoneFileFault) -> [UInt8] {
    var parser = RDATAParser(words: words, origin: origin)
    do throws(DNSError) {
      return try parser.parse(type)
    } catch {
      words = parser.words
      throw fault(error)
    }
  }

  /// A fault of the word that was taken last.
  func fault(_ reason: DNSError) -> ZoneFileFault {
    guard let word = words.tokens.isEmpty ? nil : words.tokens[max(words.next, 1) - 1] else {
      return ZoneFileFault(
        position: ZoneFilePosition(line: 1, column: 1), reason: reason, word: "")
    }
    var quoted: [UInt8] = []
    // The fault may be read in a terminal, which must not be told what to do.
    for byte in words.bytes(of: word).prefix(ZoneFileLimits.quotedBytes) {
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
