// Messages as bytes, written into a buffer of the caller's.

import Primitives

/// Writes one message, section after section, into a buffer and within a limit of bytes. It allocates
/// nothing. What does not fit is left out whole: every `append` says whether it fitted.
///
/// Records come as a run of contents, each behind its length in two bytes (RDLENGTH and RDATA as on
/// the wire), with names uncompressed; `DNSMessageWriter` compresses what may be.
package struct DNSMessageWriter: ~Copyable, ~Escapable {
  /// The sections that hold records.
  package enum Section: Int, Sendable { case answer = 0, authority, additional }

  private var bytes: MutableSpan<UInt8>
  /// Bytes written so far, those of the header among them.
  package private(set) var count = DNSHeader.length
  private let limit: Int
  /// Bytes at the end of the limit that only OPT and TSIG may use.
  private var reserved = 0
  private var questions: UInt16 = 0
  private var records = InlineArray<3, UInt16>(repeating: 0)
  private var section = Section.answer
  private var names = NameCompression()
  /// Where the question's name lies while `names` does not have it: most responses have no other name.
  private var questionName = 0..<0
  /// Where the OPT record under construction has its RDLENGTH.
  private var optLength = 0

  /// The message goes to the front of `bytes` and has at most `limitBytes` bytes, and never more than
  /// `DNSLimits.messageBytes`.
  @_lifetime(copy bytes)
  package init(_ bytes: consuming MutableSpan<UInt8>, limitBytes: Int) {
    limit = min(limitBytes, bytes.count, DNSLimits.messageBytes)
    precondition(limit >= DNSHeader.length)
    self.bytes = bytes
  }

  /// Bytes that can still be written, without what is kept back.
  package var free: Int { limit &- reserved &- count }

  /// Records written into `section` so far.
  package func recordCount(in section: Section) -> Int { Int(records[section.rawValue]) }

  /// Keeps `length` bytes for OPT and TSIG, which must be in every response: from here on, records
  /// leave them free. Zero gives them free.
  @_lifetime(self: copy self)
  package mutating func reserve(_ length: Int) { reserved = length }

  /// Appends the question as it came, in the case that it came in: the bytes of the query between its
  /// header and the question's end. Its name becomes a target for pointers.
  @_lifetime(self: copy self)
  package mutating func appendQuestion(_ question: Span<UInt8>) -> Bool {
    guard question.count > 4, question.count <= free else { return false }
    questionName = count..<(count &+ question.count &- 4)
    put(question)
    questions &+= 1
    return true
  }

  /// What is appended next belongs to `section`; sections only go forward.
  @_lifetime(self: copy self)
  package mutating func begin(_ section: Section) {
    assert(section.rawValue >= self.section.rawValue)
    self.section = section
  }

  /// Appends all records of a set, or nothing and false if they do not fit. `owner` is a name in
  /// wire form; `contents` is the run of contents.
  @_lifetime(self: copy self)
  package mutating func append(
    owner: Span<UInt8>, type: RecordType, recordClass: RecordClass = .internet, ttl: UInt32,
    contents: Span<UInt8>
  ) -> Bool {
    let start = count
    guard contents.count >= 2 else { return true }
    guard putName(owner) else { return undo(to: start) }
    let first = start
    // The records behind the first one point at its owner, or repeat its pointer.
    let pointer = bytes.span[first] >= 0xc0 ? pointerAt(first) : first
    return appendRecords(
      pointer, ownerWritten: true, start, type, recordClass, ttl, contents)
  }

  /// The same for an owner that the message has already at `owner`: 12 for the question's name, or
  /// 12 and `CanonicalName.start(ofLast:)` for an ancestor of it.
  @_lifetime(self: copy self)
  package mutating func append(
    ownerAt owner: Int, type: RecordType, recordClass: RecordClass = .internet, ttl: UInt32,
    contents: Span<UInt8>
  ) -> Bool {
    appendRecords(owner, ownerWritten: false, count, type, recordClass, ttl, contents)
  }

  /// Appends records that are bytes already, whose only pointers are to places that hold.
  @_lifetime(self: copy self)
  package mutating func append(encoded: Span<UInt8>, records number: Int) -> Bool {
    guard encoded.count <= free else { return false }
    put(encoded)
    records[section.rawValue] &+= UInt16(truncatingIfNeeded: number)
    return true
  }

  /// Drops every record, so that the header and the question stay, as far as that was written: a
  /// truncated response.
  @_lifetime(self: copy self)
  package mutating func dropRecords(questionEnd end: Int) {
    let questionEnd = min(end, count)
    count = questionEnd
    records = InlineArray<3, UInt16>(repeating: 0)
    section = .answer
    optLength = 0
    names.forget(from: questionEnd)
  }

  /// Writes the header with the counts of what was written, and returns the message's length.
  @_lifetime(self: copy self)
  package mutating func finish(_ header: DNSHeader) -> Int {
    let first = UInt64(header.id) << 48 | UInt64(header.bits) << 32
    bytes.store(first | UInt64(questions) << 16 | UInt64(records[0]), at: 0)
    bytes.store(UInt32(records[1]) << 16 | UInt32(records[2]), at: 8)
    return count
  }

  /// Where this message can be read while it is written.
  package var written: Span<UInt8> {
    @_lifetime(borrow self) get { bytes.span.extracting(0..<count) }
  }
}

// MARK: - EDNS and TSIG

extension DNSMessageWriter {
  /// Bytes of an OPT record without options.
  package static var optBytes: Int { 11 }

  /// Begins the OPT record of a response (RFC 6891 section 6.1.2): its payload size, the high bits of
  /// `code`, and DO and CO as the query had them. `appendOption` follows. False if there is no room.
  @_lifetime(self: copy self)
  package mutating func beginOPT(
    payloadBytes: UInt16, code: ResponseCode, dnssecOK: Bool, compactAnswersOK: Bool = false
  ) -> Bool {
    guard count &+ Self.optBytes <= limit else { return false }
    bytes[count] = 0
    let head =
      UInt64(RecordType.opt.rawValue) << 48 | UInt64(payloadBytes) << 32
      | UInt64(code.rawValue >> 4) << 24 | (dnssecOK ? 0x8000 : 0)
      | (compactAnswersOK ? 0x4000 : 0)
    bytes.store(head, at: count &+ 1)
    bytes.store(UInt16(0), at: count &+ 9)
    optLength = count &+ 9
    count &+= Self.optBytes
    records[Section.additional.rawValue] &+= 1
    return true
  }

  /// Appends an option to the OPT record that was begun last; false if there is no room.
  @_lifetime(self: copy self)
  package mutating func appendOption(_ code: UInt16, _ content: Span<UInt8>) -> Bool {
    precondition(optLength > 0)
    guard count &+ 4 &+ content.count <= limit else { return false }
    bytes.store(code, at: count)
    bytes.store(UInt16(truncatingIfNeeded: content.count), at: count &+ 2)
    count &+= 4
    put(content)
    bytes.store(UInt16(truncatingIfNeeded: count &- optLength &- 2), at: optLength)
    return true
  }

  /// Appends the client subnet option, which says for how many bits of `subnet` the answer holds; false
  /// if there is no room.
  @_lifetime(self: copy self)
  package mutating func appendOption(_ subnet: ClientSubnet, scopePrefixBits: UInt8) -> Bool {
    let content = subnet.content(scopePrefixBits: scopePrefixBits)
    return appendOption(
      EDNS.Option.clientSubnet, content.bytes.span.extracting(0..<content.count))
  }

  /// Appends the padding option so that the message's length becomes a multiple of `blockBytes` (RFC
  /// 8467 section 4.1: 468 for responses), or the limit. `trailing` bytes, such as those of a TSIG
  /// record, follow and are part of it.
  @_lifetime(self: copy self)
  package mutating func appendPadding(blockBytes: Int, before trailing: Int = 0) {
    precondition(optLength > 0 && blockBytes > 0 && trailing >= 0)
    let least = count &+ 4 &+ trailing
    let filled = (least &+ blockBytes &- 1) / blockBytes &* blockBytes
    let length = min(filled, limit) &- least
    guard length >= 0 else { return }
    bytes.store(EDNS.Option.padding, at: count)
    bytes.store(UInt16(truncatingIfNeeded: length), at: count &+ 2)
    for index in (count &+ 4)..<(count &+ 4 &+ length) { bytes[index] = 0 }
    count &+= 4 &+ length
    bytes.store(UInt16(truncatingIfNeeded: count &- optLength &- 2), at: optLength)
  }

  /// Appends a record to the additional section without compression and beyond what is reserved, as
  /// TSIG must be (RFC 8945 section 4.2): `record` is the whole of it.
  @_lifetime(self: copy self)
  package mutating func appendLast(_ record: Span<UInt8>) -> Bool {
    guard count &+ record.count <= limit else { return false }
    put(record)
    records[Section.additional.rawValue] &+= 1
    return true
  }
}

// MARK: - Bytes

extension DNSMessageWriter {
  @_lifetime(self: copy self)
  private mutating func appendRecords(
    _ owner: Int, ownerWritten: Bool, _ start: Int, _ type: RecordType,
    _ recordClass: RecordClass, _ ttl: UInt32, _ contents: Span<UInt8>
  ) -> Bool {
    // An owner beyond a pointer's 14 bits is written again.
    precondition(owner < 0x4000 || ownerWritten)
    let layout = type.compressibleNames
    let head =
      UInt64(type.rawValue) << 48 | UInt64(recordClass.rawValue) << 32 | UInt64(ttl)
    var (index, number, written) = (0, 0, ownerWritten)
    while index &+ 2 <= contents.count {
      let length = Int(contents.uint16(at: index))
      precondition(index &+ 2 &+ length <= contents.count)
      if !written {
        guard owner < 0x4000 ? putPointer(owner) : putAgain(owner) else { return undo(to: start) }
      }
      written = false
      guard free >= 10 &+ (layout.count > 0 ? 0 : length) else { return undo(to: start) }
      bytes.store(head, at: count)
      count &+= 10
      let content = contents.extracting((index &+ 2)..<(index &+ 2 &+ length))
      let begin = count
      if layout.count == 0 {
        put(content)
      } else if !putContent(content, layout) {
        return undo(to: start)
      }
      bytes.store(UInt16(truncatingIfNeeded: count &- begin), at: begin &- 2)
      index &+= 2 &+ length
      number &+= 1
    }
    records[section.rawValue] &+= UInt16(truncatingIfNeeded: number)
    return true
  }

  /// Writes a content with names that may become pointers.
  @_lifetime(self: copy self)
  private mutating func putContent(
    _ content: Span<UInt8>, _ layout: (offset: Int, count: Int)
  ) -> Bool {
    guard free >= layout.offset else { return false }
    put(content.extracting(0..<layout.offset))
    var index = layout.offset
    for _ in 0..<layout.count {
      let end = content.endOfOwnName(at: index)
      guard putName(content.extracting(index..<end)) else { return false }
      index = end
    }
    guard free >= content.count &- index else { return false }
    put(content.extracting(index..<content.count))
    return true
  }

  /// Writes a name, the longest suffix that the message has already as a pointer.
  @_lifetime(self: copy self)
  private mutating func putName(_ name: Span<UInt8>) -> Bool {
    if !questionName.isEmpty {
      let suffixes = NameSuffixes(bytes.span.extracting(questionName))
      names.remember(suffixes, suffixes.count, at: questionName.lowerBound)
      questionName = 0..<0
    }
    let suffixes = NameSuffixes(name)
    guard let found = names.find(suffixes, of: name, in: bytes.span) else {
      guard free >= name.count else { return false }
      names.remember(suffixes, suffixes.count, at: count)
      put(name)
      return true
    }
    let prefix = Int(suffixes.starts[found.label])
    guard free >= prefix &+ 2 else { return false }
    names.remember(suffixes, found.label, at: count)
    put(name.extracting(0..<prefix))
    return putPointer(found.target)
  }

  @_lifetime(self: copy self)
  private mutating func putPointer(_ target: Int) -> Bool {
    guard free >= 2 else { return false }
    bytes.store(0xc000 | UInt16(truncatingIfNeeded: target), at: count)
    count &+= 2
    return true
  }

  /// Writes the name at `place` of this message once more.
  @_lifetime(self: copy self)
  private mutating func putAgain(_ place: Int) -> Bool {
    var index = place
    repeat {
      let length = Int(bytes.span[index])
      let step = length >= 0xc0 ? 2 : length &+ 1
      guard free >= step else { return false }
      for offset in 0..<step {
        let byte = bytes.span[index &+ offset]
        bytes[count &+ offset] = byte
      }
      count &+= step
      index &+= step
      if length == 0 || length >= 0xc0 { return true }
    } while true
  }

  private func pointerAt(_ place: Int) -> Int { Int(bytes.span.uint16(at: place) & 0x3fff) }

  @_lifetime(self: copy self)
  private mutating func undo(to start: Int) -> Bool {
    count = start
    names.forget(from: start)
    return false
  }

  @_lifetime(self: copy self)
  private mutating func put(_ source: Span<UInt8>) {
    bytes.copy(source, at: count)
    count &+= source.count
  }
}
