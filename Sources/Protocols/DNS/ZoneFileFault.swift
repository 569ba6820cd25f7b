// What is wrong with a zone file, for the person who mends it.

/// One fault of a zone file: where it stands, what it is, and how to mend it.
package struct ZoneFileFault: Error, Equatable, Sendable {
  package let position: ZoneFilePosition
  package let reason: DNSError
  /// The word that it is about, as it stands in the file; empty if it is about none. At most
  /// `ZoneFileLimits.quotedBytes` of it.
  package let word: String

  package init(position: ZoneFilePosition, reason: DNSError, word: String) {
    self.position = position
    self.reason = reason
    self.word = word
  }
}

extension ZoneFileFault: CustomStringConvertible {
  package var description: String {
    let about = word.isEmpty ? "" : "'\(word)': "
    return "line \(position.line), column \(position.column): \(about)\(reason.explanation)"
  }
}
