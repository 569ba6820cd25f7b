// One record's content from text that is not in a zone file, such as a member of JSON or YAML.

import Primitives

extension RDATA {
  /// The content that `text` stands for in presentation form: what follows the type on a line of a
  /// zone file. Names without a dot at their end are below `origin`; without one they are refused.
  package static func parse(
    _ type: RecordType, _ text: Span<UInt8>, origin: DomainName?
  ) throws(ZoneFileFault) -> [UInt8] {
    var lexer = ZoneFileLexer(limits: ZoneFileLimits())
    for index in 0..<text.count {
      // A line's end would begin a second entry.
      if lexer.take(text[index]) == .entry, index < text.count - 1 {
        throw ZoneFileFault(position: lexer.position, reason: .extraWord, word: "")
      }
    }
    _ = lexer.finish()
    if let fault = lexer.fault {
      throw ZoneFileFault(position: fault.position, reason: fault.reason, word: "")
    }
    var entry = ZoneFileEntry(words: lexer.words, text: lexer.text)
    return try entry.content(of: type, origin: origin)
  }
}
