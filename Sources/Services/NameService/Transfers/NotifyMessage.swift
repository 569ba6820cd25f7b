// The messages by which secondaries learn of changes (RFC 1996).

import DNS
import Primitives

/// One NOTIFY: its bytes, and whether something is the response to it. Without I/O and clock.
struct NotifyMessage {
  let id: UInt16
  /// The serial number that it tells.
  let serial: SerialNumber
  private(set) var bytes: [UInt8]
  private let apex: [UInt8]
  private var session: TSIGSession?

  /// What a response says.
  enum Response: Equatable {
    case code(ResponseCode)
    /// The signature of the message was not taken.
    case refused(ResponseCode)
    /// It is none of ours, or not proven to be.
    case unproven
  }

  /// Tells of the SOA of `snapshot`, signed with `key` if there is one; nil if that fails.
  init?(_ snapshot: NameZoneSnapshot, id: UInt16, key: TSIGKey?, seconds: UInt64) {
    self.id = id
    serial = snapshot.image.serial
    apex = snapshot.apex
    bytes = [UInt8](repeating: 0, count: 1_232)
    if let key {
      session = TSIGSession(key, id: id)
      if session == nil { return nil }
    }
    var length = Self.write(snapshot, id: id, into: &bytes)
    if session != nil {
      guard let signed = sign(length, seconds) else { return nil }
      length = signed
    }
    bytes.removeLast(bytes.count - length)
  }

  private mutating func sign(_ length: Int, _ seconds: UInt64) -> Int? {
    guard var session else { return nil }
    var room = bytes.mutableSpan
    let signed = session.sign(&room, length: length, seconds: seconds)
    self.session = session
    return signed
  }

  private static func write(
    _ snapshot: NameZoneSnapshot, id: UInt16, into bytes: inout [UInt8]
  ) -> Int {
    let image = snapshot.image.bytes
    let reader = ImageReader(image.span)
    var question = snapshot.apex
    question.appendUInt16(RecordType.soa.rawValue)
    question.appendUInt16(RecordClass.internet.rawValue)
    var header = DNSHeader()
    header.id = id
    header.opcode = .notify
    header.isAuthoritative = true
    var writer = DNSMessageWriter(bytes.mutableSpan, limitBytes: DNSLimits.minimumPayloadBytes)
    _ = writer.appendQuestion(question.span)
    writer.begin(.answer)
    // Only a hint, which a long name may leave no room for (RFC 1996 section 3.7).
    _ = writer.append(
      ownerAt: DNSHeader.length, type: .soa, ttl: reader.soa.ttl,
      contents: reader.contents(of: reader.soa))
    return writer.finish(header)
  }

  /// What `response` says; it must be signed if the message was.
  func read(_ response: Span<UInt8>, seconds: UInt64) -> Response {
    guard let header = DNSHeader(response), header.isResponse, header.id == id,
      header.opcode == .notify
    else { return .unproven }
    var tsigStart: Int?
    do throws(DNSError) {
      var reader = try DNSMessageReader(response)
      if let question = reader.question {
        guard question.name.canonical.bytes == apex else { return .unproven }
      }
      while let record = try reader.next(response) {
        tsigStart = record.type == .tsig ? record.start : nil
      }
    } catch { return .unproven }
    guard var session else { return .code(header.responseCode) }
    guard let tsigStart else { return .unproven }
    do throws(TSIGSession.Fault) {
      try session.check(response, recordAt: tsigStart, seconds: seconds)
    } catch {
      guard case .refused(let fault) = error else { return .unproven }
      return .refused(fault)
    }
    return .code(header.responseCode)
  }
}
