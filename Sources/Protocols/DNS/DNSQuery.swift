// Queries from bytes.

import Primitives

/// A query (or NOTIFY) as an authoritative server reads it. The value is used again for one query
/// after the other and holds no memory of its own: places are offsets in the message.
@usableFromInline package struct DNSQuery: ~Copyable, Sendable {
  package private(set) var header = DNSHeader()
  /// Whether there is a question; QDCOUNT may be 0 with a cookie alone (RFC 7873 section 5.4).
  package private(set) var hasQuestion = false
  /// The question's name in lower case; the message has it in its own case behind the header.
  package private(set) var name = CanonicalName()
  package private(set) var type = RecordType(rawValue: 0)
  package private(set) var recordClass = RecordClass(rawValue: 0)
  /// Where the question ends: it begins behind the header.
  package private(set) var questionEnd = DNSHeader.length
  /// Where the answer and authority sections end (NOTIFY's and IXFR's SOA are in them).
  package private(set) var answerEnd = DNSHeader.length
  package private(set) var authorityEnd = DNSHeader.length
  /// The OPT record; nil if there is none.
  package private(set) var edns: EDNS?
  /// Where the TSIG record begins, which is always the last; nil if there is none (RFC 8945).
  package private(set) var tsigStart: Int?

  package init() {}

  /// Reads a message. After an error `header` is still right if the error has a response code, and
  /// so are `edns` and the question as far as they had been read: `hasQuestion` says whether.
  package mutating func read(_ message: Span<UInt8>) throws(DNSError) {
    hasQuestion = false
    edns = nil
    tsigStart = nil
    questionEnd = DNSHeader.length
    answerEnd = DNSHeader.length
    authorityEnd = DNSHeader.length
    guard let header = DNSHeader(message) else { throw .noHeader }
    self.header = header
    guard !header.isResponse else { throw .notAQuery }
    // What follows may have another form than queries have.
    guard header.opcode == .query || header.opcode == .notify else { throw .unknownOpcode }
    // RFC 9619: a query has at most one question.
    guard header.questionCount <= 1 else { throw .tooManyQuestions }
    if header.questionCount == 1 { try readQuestion(message) }
    answerEnd = questionEnd
    authorityEnd = questionEnd
    let (answers, authorities) = (Int(header.answerCount), Int(header.authorityCount))
    let additionals = Int(header.additionalCount)
    guard answers &+ authorities &+ additionals <= DNSLimits.queryRecords else {
      throw .tooManyRecords
    }
    var index = questionEnd
    for _ in 0..<answers { index = try readRecord(message, index, .early) }
    answerEnd = index
    for _ in 0..<authorities { index = try readRecord(message, index, .early) }
    authorityEnd = index
    for number in 0..<additionals {
      index = try readRecord(message, index, number == additionals &- 1 ? .last : .additional)
    }
    guard index == message.count else { throw .trailingBytes }
  }

  private mutating func readQuestion(_ message: Span<UInt8>) throws(DNSError) {
    let end = try name.read(message, at: DNSHeader.length)
    guard end &+ 4 <= message.count else { throw .truncatedMessage }
    type = RecordType(rawValue: message.uint16(at: end))
    recordClass = RecordClass(rawValue: message.uint16(at: end &+ 2))
    questionEnd = end &+ 4
    hasQuestion = true
  }

  /// Where a record stands: OPT may not be in the sections before the additional one, and TSIG must
  /// be the last of all.
  private enum Place { case early, additional, last }

  /// Passes over the record at `start`, keeping what OPT and TSIG say.
  private mutating func readRecord(
    _ message: Span<UInt8>, _ start: Int, _ place: Place
  ) throws(DNSError) -> Int {
    let fixed = try message.endOfName(at: start)
    guard fixed &+ 10 <= message.count else { throw .truncatedMessage }
    let content = fixed &+ 10
    let end = content &+ Int(message.uint16(at: fixed &+ 8))
    guard end <= message.count else { throw .truncatedMessage }
    switch RecordType(rawValue: message.uint16(at: fixed)) {
    case .opt:
      guard place != .early else { throw .misplacedOPT }
      guard edns == nil else { throw .repeatedOPT }
      guard message[start] == 0 else { throw .invalidOPTOwner }
      edns = EDNS(message, fixedPart: fixed)
      try edns?.readOptions(message, content..<end)
    case .tsig:
      guard place == .last else { throw .misplacedTSIG }
      tsigStart = start
    default: break
    }
    return end
  }
}
