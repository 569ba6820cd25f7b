// A transfer that another server sends.

package import DNS
import Primitives

/// Asks for a zone and takes its records out of the messages that come (RFC 5936). Without I/O and clock.
package struct TransferReader {
  /// Why a transfer can't be used.
  package enum Fault: Error, CustomStringConvertible {
    case message(DNSError)
    case signature(TSIGSession.Fault)
    case code(ResponseCode)
    case otherQuestion, noSOA, unended, tooManyRecords, tooManyBytes, tooSlow, noKey

    package var description: String {
      switch self {
      case .message(let error): "sent a message that can't be read: \(error.explanation)"
      case .signature(let fault): Self.text(of: fault)
      case .code(let code): "refused: \(code.mnemonic)"
      case .otherQuestion: "answered something else than was asked"
      case .noSOA: "sent a transfer that does not begin with the zone's SOA"
      case .unended: "broke the transfer off before its end"
      case .tooManyRecords:
        "sent more than \(NameServiceLimits.recordsPerTransfer) records, which no zone may have here"
      case .tooManyBytes:
        "sent more than \(NameServiceLimits.bytesPerTransfer >> 20) MiB, which no zone may have here"
      case .tooSlow:
        "has not sent all after \(NameServiceLimits.transferSeconds / 60) minutes. Try again when it "
          + "has less to do"
      case .noKey: "can't be asked with a key that has no secret"
      }
    }

    private static func text(of fault: TSIGSession.Fault) -> String {
      switch fault {
      case .refused(.badKey): "does not know the key (BADKEY)"
      case .refused(.badSignature): "did not take the signature: is the secret the same? (BADSIG)"
      case .refused(.badTime):
        "did not take the time of the signature: are both clocks right? (BADTIME)"
      case .refused(let code): "did not take the signature: \(code.mnemonic)"
      case .time: "signed at another time than it is here: are both clocks right?"
      case .missing: "did not sign what it sent"
      case .failed: "could not be checked: the library failed"
      case .key, .malformed, .signature: "signed with another key than was given"
      }
    }
  }

  /// The message that asks.
  package let query: [UInt8]
  package private(set) var records: [ZoneRecord] = []
  private let id: UInt16
  private let apex: DomainName
  private var session: TSIGSession?
  private var hasSOA = false
  private var isComplete = false
  /// Bytes of messages that may still come.
  private var freeBytes: Int

  /// Asks for the zone `apex`, signed with `key` if there is one; the messages that come may have
  /// `limitBytes` bytes in all.
  package init(
    apex: DomainName, id: UInt16, key: TSIGKey?, seconds: UInt64,
    limitBytes: Int = NameServiceLimits.bytesPerTransfer
  ) throws(Fault) {
    self.apex = apex
    freeBytes = limitBytes
    self.id = id
    var query: [UInt8] = []
    query.appendUInt16(id)
    query += [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    query += apex.bytes
    query.appendUInt16(RecordType.axfr.rawValue)
    query.appendUInt16(RecordClass.internet.rawValue)
    if let key {
      guard let made = TSIGSession(key, id: id),
        let signed = Self.signed(query, made, seconds)
      else { throw .noKey }
      (query, session) = signed
    }
    self.query = query
  }

  private static func signed(
    _ query: [UInt8], _ session: TSIGSession, _ seconds: UInt64
  ) -> ([UInt8], TSIGSession)? {
    var session = session
    var room = query + [UInt8](repeating: 0, count: session.recordBytes)
    let length = sign(&room, query.count, &session, seconds)
    return length.map { (Array(room[..<$0]), session) }
  }

  private static func sign(
    _ room: inout [UInt8], _ length: Int, _ session: inout TSIGSession, _ seconds: UInt64
  ) -> Int? {
    var span = room.mutableSpan
    return session.sign(&span, length: length, seconds: seconds)
  }

  /// Takes a message; whether it was the last one.
  package mutating func take(_ message: [UInt8], seconds: UInt64) throws(Fault) -> Bool {
    freeBytes -= message.count
    guard freeBytes >= 0 else { throw .tooManyBytes }
    let found: (records: [DNSMessageReader.Record], code: ResponseCode, tsig: Int?)
    do throws(DNSError) { found = try read(message.span) } catch { throw .message(error) }
    if session != nil {
      do throws(TSIGSession.Fault) {
        try session?.check(message.span, recordAt: found.tsig, seconds: seconds)
      } catch {
        // Who refuses without a signature is not proven, but there is nothing to be had either.
        if case .missing = error, found.code != .noError { throw .code(found.code) }
        throw .signature(error)
      }
    }
    guard found.code == .noError else { throw .code(found.code) }
    let answers = found.records.filter { $0.section == .answer }
    guard !answers.isEmpty else { throw .otherQuestion }
    for record in answers { try take(record) }
    guard isComplete else { return false }
    guard session?.isSettled != false else { throw .signature(.missing) }
    return true
  }

  private func read(
    _ message: Span<UInt8>
  ) throws(DNSError) -> ([DNSMessageReader.Record], ResponseCode, Int?) {
    var reader = try DNSMessageReader(message)
    guard reader.header.isResponse, reader.header.id == id else { throw .notAQuery }
    if let question = reader.question {
      guard question.name == apex, question.type == .axfr else { throw .invalidContent }
    }
    var records: [DNSMessageReader.Record] = []
    while let record = try reader.next(message) { records.append(record) }
    let last = records.last
    return (
      records, reader.header.responseCode,
      last?.section == .additional && last?.type == .tsig ? last?.start : nil
    )
  }

  private mutating func take(_ record: DNSMessageReader.Record) throws(Fault) {
    guard !isComplete, record.recordClass == .internet else { throw .otherQuestion }
    let isSOA = record.type == .soa && record.owner == apex
    guard hasSOA || isSOA else { throw .noSOA }
    if isSOA, hasSOA { return isComplete = true }
    hasSOA = true
    guard records.count < NameServiceLimits.recordsPerTransfer else { throw .tooManyRecords }
    records.append(
      ZoneRecord(name: record.owner, type: record.type, ttl: record.ttl, content: record.content))
  }
}
