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

  /// Reads what came after that query.
  static func read(
    _ message: Span<UInt8>, _ name: [UInt8], _ type: RecordType, id: UInt16
  ) -> Reading {
    do throws(DNSError) {
      var reader = try DNSMessageReader(message)
      let header = reader.header
      guard header.isResponse, header.id == id, let question = reader.question,
        question.name.bytes.span.equalsName(name.span), question.type == type,
        question.recordClass == .internet
      else { return .foreign }
      if header.isTruncated { return .truncated }
      guard header.responseCode == .noError || header.responseCode == .nameError else {
        return .useless
      }
      var records: [DNSMessageReader.Record] = []
      while let record = try reader.next(message) {
        // Those of other classes may have no content.
        if record.recordClass == .internet { records.append(record) }
      }
      return .finding(finding(records, question.name, type))
    } catch { return error == .noHeader ? .foreign : .useless }
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
        return .addresses(run, ttl: ttl, isOurs: false)
      }
      guard let alias = own.first(where: { $0.type == .cname }),
        let target = DomainName(checkedWire: alias.content)
      else { return .addresses([], ttl: min(ttl, negativeTTL(records)), isOurs: false) }
      ttl = min(ttl, alias.ttl)
      name = target
    }
    return .failed
  }

  /// RFC 2308 section 5.
  private static func negativeTTL(_ records: [DNSMessageReader.Record]) -> UInt32 {
    guard let soa = records.first(where: { $0.section == .authority && $0.type == .soa }) else {
      return NameServiceLimits.noAddressTTL
    }
    var minimum: UInt32 = 0
    for byte in soa.content.suffix(4) { minimum = minimum << 8 | UInt32(byte) }
    return min(soa.ttl, minimum)
  }
}
