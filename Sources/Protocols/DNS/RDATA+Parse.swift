// One record's content from text that is not in a zone file, such as a member of JSON or YAML.

import Primitives

extension RDATA {
  /// The content that `text` stands for in presentation form: what follows the type on a line of a
  /// zone file. Names without a dot at their end are below `origin`; without one they are refused.
  package static func parse(
    _ type: RecordType, _ text: Span<UInt8>, origin: DomainName?
  ) throws(ZoneFileFault) -> [UInt8] {
    guard !type.isMeta, type.rawValue != 0 else {
      throw ZoneFileFault(
        position: ZoneFileLexer(limits: ZoneFileLimits()).position, reason: .metaType, word: "")
    }
    var lexer = ZoneFileLexer(limits: ZoneFileLimits())
    var index = 0
    // A line's end would begin a second entry.
    if lexer.take(text, from: &index) == .entry, index < text.count {
      throw ZoneFileFault(position: lexer.position, reason: .extraWord, word: "")
    }
    _ = lexer.finish()
    if let fault = lexer.fault {
      throw ZoneFileFault(position: fault.position, reason: fault.reason, word: "")
    }
    var entry = ZoneFileEntry(words: lexer.words, text: lexer.text)
    return try entry.content(of: type, origin: origin)
  }
}
