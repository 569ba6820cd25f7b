// Messages record by record, such as responses to a zone transfer.

import Primitives

/// Goes through the records of a message, whose owners and contents come uncompressed and checked.
/// For messages that are received seldom: it allocates. Queries are read by `DNSQuery`.
package struct DNSMessageReader: Sendable {
  /// One record and its section.
  package struct Record: Sendable {
    package let section: DNSMessageWriter.Section
    package let owner: DomainName
    package let type: RecordType
    package let recordClass: RecordClass
    package let ttl: UInt32
    package let content: [UInt8]
    /// Where it begins in the message.
    package let start: Int
  }

  package let header: DNSHeader
  /// The question, if there is one.
  package let question: (name: DomainName, type: RecordType, recordClass: RecordClass)?
  private var position: Int
  private var left: (Int, Int, Int)

  /// Reads the header and the question.
  package init(_ message: Span<UInt8>) throws(DNSError) {
    guard let header = DNSHeader(message) else { throw .noHeader }
    self.header = header
    guard header.questionCount <= 1 else { throw .tooManyQuestions }
    var index = DNSHeader.length
    if header.questionCount == 1 {
      let name = try DomainName(message, at: &index)
      guard index + 4 <= message.count else { throw .truncatedMessage }
      question = (
        name, RecordType(rawValue: message.uint16(at: index)),
        RecordClass(rawValue: message.uint16(at: index + 2))
      )
      index += 4
    } else {
      question = nil
    }
    position = index
    left = (Int(header.answerCount), Int(header.authorityCount), Int(header.additionalCount))
  }

  /// The next record of the same message; nil behind the last one.
  package mutating func next(_ message: Span<UInt8>) throws(DNSError) -> Record? {
    guard let section = takeSection() else {
      guard position == message.count else { throw .trailingBytes }
      return nil
    }
    let start = position
    var index = start
    let owner = try DomainName(message, at: &index)
    guard index + 10 <= message.count else { throw .truncatedMessage }
    let end = index + 10 + Int(message.uint16(at: index + 8))
    guard end <= message.count else { throw .truncatedMessage }
    let type = RecordType(rawValue: message.uint16(at: index))
    let recordClass = RecordClass(rawValue: message.uint16(at: index + 2))
    var content: [UInt8] = []
    // Of other classes an update has records without content (RFC 2136 section 2.4).
    if end > index + 10 || recordClass == .internet {
      try RDATA.read(type, message, in: (index + 10)..<end, to: &content)
    }
    position = end
    let ttl = message.uint32(at: index + 4)
    return Record(
      section: section, owner: owner, type: type, recordClass: recordClass,
      // RFC 2181 section 8: with the highest bit set it counts as 0. OPT has flags there.
      ttl: type != .opt && ttl > Int32.max ? 0 : ttl, content: content, start: start)
  }

  private mutating func takeSection() -> DNSMessageWriter.Section? {
    if left.0 > 0 {
      left.0 -= 1
      return .answer
    }
    if left.1 > 0 {
      left.1 -= 1
      return .authority
    }
    guard left.2 > 0 else { return nil }
    left.2 -= 1
    return .additional
  }
}
