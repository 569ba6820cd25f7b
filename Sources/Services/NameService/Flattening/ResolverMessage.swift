// What a resolver is asked, and what it says.

import DNS
import Primitives

/// Messages to and from a recursive resolver, without I/O.
enum ResolverMessage {
  /// What a message that came is.
  enum Reading: Equatable {
    case finding(AliasFinding)
    /// The whole response is to be had over TCP.
    case truncated
    /// A response that says nothing of the name: SERVFAIL, REFUSED, or what is malformed.
    case useless
    /// No response to the query.
    case foreign
  }

  /// A query for `name` that asks for recursion.
  static func query(_ name: [UInt8], _ type: RecordType, id: UInt16) -> [UInt8] {
    var bytes: [UInt8] = []
    for word in [id, 0x0100, 1, 0, 0, 1] { bytes.appendUInt16(word) }
    bytes += name
    bytes.appendUInt16(type.rawValue)
    bytes.appendUInt16(RecordClass.internet.rawValue)
    // EDNS (RFC 6891 section 6.1.2).
    bytes.append(0)
    bytes.appendUInt16(RecordType.opt.rawValue)
    bytes.appendUInt16(UInt16(NameServiceLimits.udpReplyBytes))
    return bytes + [0, 0, 0, 0, 0, 0]
  }

  /// Reads what came after that query. What is not its response, whatever it is, is foreign: who forges one
  /// has to know the number and the question before anything else of it counts.
  static func read(
    _ message: Span<UInt8>, _ name: [UInt8], _ type: RecordType, id: UInt16
  ) -> Reading {
    guard isResponse(message, name.span, type, id) else { return .foreign }
    do throws(DNSError) {
      var reader = try DNSMessageReader(message)
      let header = reader.header
      if header.isTruncated { return .truncated }
      guard header.responseCode == .noError || header.responseCode == .nameError,
        let question = reader.question
      else { return .useless }
      var records: [DNSMessageReader.Record] = []
      while let record = try reader.next(message) {
        // Those of other classes may have no content.
        if record.recordClass == .internet { records.append(record) }
      }
      let finding =
        type == .ds
        ? delegations(records, question.name, header.responseCode)
        : finding(records, question.name, type)
      // Who does not resolve has no say: it may be this server, or one that tells of its own zones.
      guard header.recursionAvailable else { return .useless }
      if finding == .unproven, isReferral(records) { return .useless }
      return .finding(finding)
    } catch { return .useless }
  }

  /// RFC 5452 section 9.1, but for the addresses, which the socket sees to.
  private static func isResponse(
    _ message: Span<UInt8>, _ name: Span<UInt8>, _ type: RecordType, _ id: UInt16
  ) -> Bool {
    let end = DNSHeader.length + name.count
    guard message.count >= end + 4, let header = DNSHeader(message), header.id == id,
      header.isResponse, header.questionCount == 1
    else { return false }
    return message.extracting(DNSHeader.length..<end).equalsName(name)
      && message.uint16(at: end) == type.rawValue
      && message.uint16(at: end + 2) == RecordClass.internet.rawValue
  }

  /// Whether it names other servers.
  private static func isReferral(_ records: [DNSMessageReader.Record]) -> Bool {
    records.contains { $0.section == .authority && $0.type == .ns }
  }

  /// Follows the aliases of the answer to the addresses at their end.
  private static func finding(
    _ records: [DNSMessageReader.Record], _ name: DomainName, _ type: RecordType
  ) -> AliasFinding {
    var (name, ttl) = (name, UInt32.max)
    for _ in 0...NameServiceLimits.aliasChain {
      let own = records.filter { $0.section == .answer && $0.owner == name }
      let addresses = own.filter { $0.type == type }
      guard addresses.isEmpty else {
        var run: [UInt8] = []
        for record in addresses.prefix(NameServiceLimits.addressesPerAlias) {
          run.appendUInt16(UInt16(truncatingIfNeeded: record.content.count))
          run += record.content
          ttl = min(ttl, record.ttl)
        }
        return .addresses(run, ttl: ttl)
      }
      guard let alias = own.first(where: { $0.type == .cname }),
        let target = DomainName(checkedWire: alias.content)
      else {
        return negativeTTL(records).map { .addresses([], ttl: min(ttl, $0)) } ?? .unproven
      }
      ttl = min(ttl, alias.ttl)
      name = target
    }
    return .failed
  }

  /// The DS records of a zone. That there are none only the zone above can say (RFC 4035 section 2.4): a resolver that
  /// asks the zone itself, or makes an alias or nothing of it, has no say.
  private static func delegations(
    _ records: [DNSMessageReader.Record], _ name: DomainName, _ code: ResponseCode
  ) -> AliasFinding {
    guard code == .noError, !records.contains(where: { $0.type == .cname }) else { return .failed }
    let finding = finding(records, name, .ds)
    guard case .addresses(let run, _) = finding, run.isEmpty else { return finding }
    let isFromAbove = records.contains { record in
      record.section == .authority && record.type == .soa && record.owner != name
        && name.isWithin(record.owner)
    }
    return isFromAbove ? finding : .failed
  }

  /// RFC 2308 section 5; nil without a SOA.
  private static func negativeTTL(_ records: [DNSMessageReader.Record]) -> UInt32? {
    guard let soa = records.first(where: { $0.section == .authority && $0.type == .soa }) else {
      return nil
    }
    var minimum: UInt32 = 0
    for byte in soa.content.suffix(4) { minimum = minimum << 8 | UInt32(byte) }
    return min(soa.ttl, minimum)
  }
}
