// Zone files to records.

import Primitives

/// Reads a zone file (RFC 1035 section 5, RFC 2308 section 4) piece by piece, wherever it is cut.
/// All faults are collected; records of a file with faults are not to be used.
package struct ZoneFileParser: Sendable {
  /// What is wrong with the file so far, in its order.
  package private(set) var faults: [ZoneFileFault] = []
  /// Records read so far.
  package private(set) var recordCount = 0
  /// Whether a limit was crossed, so that the rest of the file is not looked at.
  package private(set) var hasStopped = false

  private let limits: ZoneFileLimits
  private var lexer: ZoneFileLexer
  private var origin: DomainName
  private var owner = Owner.none
  /// What $TTL said, or a SOA record's minimum where nothing was told before it.
  private var directiveTTL: UInt32?
  /// What the record before had (RFC 1035 section 5.1).
  private var lastTTL: UInt32?
  private let defaultTTL: UInt32?
  /// Bytes of the byte order mark that were passed over; three once it can't come any more.
  private var markBytes = 0
  private static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// Whose the lines are that begin with white space.
  private enum Owner {
    case none
    /// There was a fault in it, which was told already.
    case broken
    case name(DomainName)
  }

  /// `origin` is what names are relative to until $ORIGIN says otherwise; `defaultTTL` holds for
  /// records whose TTL nothing in the file tells.
  package init(
    origin: DomainName, defaultTTL: UInt32? = nil, limits: ZoneFileLimits = ZoneFileLimits()
  ) {
    self.origin = origin
    self.defaultTTL = defaultTTL
    self.limits = limits
    lexer = ZoneFileLexer(limits: limits)
  }

  /// Reads the next piece of the file and gives `body` the records that it completes.
  package mutating func parse(_ piece: Span<UInt8>, _ body: (ZoneRecord) -> Void) {
    var index = passOverMark(piece)
    while index < piece.count, !hasStopped {
      if lexer.take(piece, from: &index) == .entry { readEntry(body) }
      if lexer.isBeyondLine {
        // Where the limit is, however far the piece goes beyond it.
        let line = lexer.position.line
        stop(.lineTooLong, at: ZoneFilePosition(line: line, column: limits.lineBytes + 1))
      }
    }
  }

  /// Reads what the end of the file completes.
  package mutating func finish(_ body: (ZoneRecord) -> Void) {
    giveBackMark()
    if !hasStopped, lexer.finish() == .entry { readEntry(body) }
    hasStopped = true
  }

  /// Passes over the byte order mark that some editors put before a text; returns where the rest of
  /// `piece` begins.
  private mutating func passOverMark(_ piece: Span<UInt8>) -> Int {
    var index = 0
    while markBytes < Self.mark.count, index < piece.count {
      guard piece[index] == Self.mark[markBytes] else {
        giveBackMark()
        break
      }
      markBytes += 1
      index += 1
    }
    return index
  }

  /// What was the beginning of no mark is part of the first word.
  private mutating func giveBackMark() {
    guard markBytes < Self.mark.count else { return }
    var index = 0
    _ = lexer.take(Self.mark.span.extracting(0..<markBytes), from: &index)
    markBytes = Self.mark.count
  }

  private mutating func stop(_ reason: DNSError, at position: ZoneFilePosition) {
    hasStopped = true
    faults.append(ZoneFileFault(position: position, reason: reason, word: ""))
  }

  private mutating func readEntry(_ body: (ZoneRecord) -> Void) {
    do throws(ZoneFileFault) {
      if let record = try interpret() {
        recordCount += 1
        if recordCount <= limits.records {
          body(record)
        } else {
          stop(.tooManyZoneRecords, at: lexer.position)
        }
      }
    } catch {
      faults.append(error)
      if faults.count >= limits.faults { stop(.tooManyFaults, at: lexer.position) }
    }
    lexer.removeEntry()
  }

  /// What the lexer's entry says; nil if it is no record.
  private mutating func interpret() throws(ZoneFileFault) -> ZoneRecord? {
    if let fault = lexer.fault {
      throw ZoneFileFault(position: fault.position, reason: fault.reason, word: "")
    }
    var entry = ZoneFileEntry(words: lexer.words, text: lexer.text)
    if !lexer.beginsBlank, entry.startsDirective {
      try readDirective(&entry)
      return nil
    }
    return try readRecord(&entry)
  }

  // MARK: - Directives

  private mutating func readDirective(_ entry: inout ZoneFileEntry) throws(ZoneFileFault) {
    let word = try entry.word()
    if word.span.matches("$ORIGIN") {
      origin = try entry.name(origin: origin)
    } else if word.span.matches("$TTL") {
      let ttl = try entry.word()
      directiveTTL = ttl.span.timeToLive
      if directiveTTL == nil { throw entry.fault(.invalidTTL) }
    } else {
      throw entry.fault(Self.refusal(of: word.span))
    }
    if entry.isAtEnd { return }
    _ = try entry.word()
    throw entry.fault(.extraWord)
  }

  private static func refusal(of word: Span<UInt8>) -> DNSError {
    if word.matches("$INCLUDE") { return .includeRefused }
    return word.matches("$GENERATE") ? .generateRefused : .unknownDirective
  }

  // MARK: - Records

  private mutating func readRecord(
    _ entry: inout ZoneFileEntry
  ) throws(ZoneFileFault) -> ZoneRecord? {
    guard let name = try readOwner(&entry) else { return nil }
    let (type, ttl) = try readHead(&entry)
    let content = try entry.content(of: type, origin: origin)
    if ttl == nil, directiveTTL == nil, lastTTL == nil { directiveTTL = minimum(type, content) }
    guard let seconds = ttl ?? directiveTTL ?? lastTTL ?? defaultTTL
    else { throw entry.fault(.missingTTL) }
    lastTTL = seconds
    return ZoneRecord(name: name, type: type, ttl: seconds, content: content)
  }

  /// TTL and class in either order, each of which may be left out, and the type.
  private func readHead(
    _ entry: inout ZoneFileEntry
  ) throws(ZoneFileFault) -> (RecordType, UInt32?) {
    var ttl: UInt32?
    var hasClass = false
    while true {
      let word = try entry.word()
      if ttl == nil, word.first?.isASCIIDigit ?? false {
        ttl = word.span.timeToLive
        if ttl == nil { throw entry.fault(.invalidTTL) }
        continue
      }
      if !hasClass, let isInternet = Self.isInternet(word.span) {
        if !isInternet { throw entry.fault(.otherClass) }
        hasClass = true
        continue
      }
      guard let type = RecordType(word.span) else { throw entry.fault(.unknownType) }
      guard !type.isMeta, type.rawValue != 0 else { throw entry.fault(.metaType) }
      return (type, ttl)
    }
  }

  /// The owner of the record; nil if it is that of an entry whose fault was told already.
  private mutating func readOwner(
    _ entry: inout ZoneFileEntry
  ) throws(ZoneFileFault) -> DomainName? {
    if !lexer.beginsBlank {
      owner = .broken
      owner = .name(try entry.name(origin: origin))
    }
    switch owner {
    case .none:
      _ = try entry.word()
      throw entry.fault(.missingOwner)
    case .broken: return nil
    case .name(let name): return name
    }
  }

  /// Whether a word names the class IN; nil if it names no class.
  private static func isInternet(_ word: Span<UInt8>) -> Bool? {
    if word.matches("IN") { return true }
    if word.matches("CH") || word.matches("HS") || word.matches("CS") { return false }
    return word.genericNumber(after: "CLASS").map { $0 == RecordClass.internet.rawValue }
  }

  /// A SOA record that has no TTL has that of negative answers, and so has what follows it, as BIND
  /// reads zones.
  private func minimum(_ type: RecordType, _ content: [UInt8]) -> UInt32? {
    guard type == .soa else { return nil }
    return min(content.span.uint32(at: content.count - 4), 0x7fff_ffff)
  }
}
