// A DNS response for people.

import DNS
import Primitives

/// What `skerry dns query` prints: what came of it, and the records as lines of a zone file.
struct DNSResponseText {
  private(set) var text = ""

  init(_ message: [UInt8], _ subnet: QuerySubnet?) throws(DNSError) {
    var reader = try DNSMessageReader(message.span)
    var lines: [UInt8] = []
    var section: DNSMessageWriter.Section?
    var scope: UInt8?
    while let record = try reader.next(message.span) {
      guard record.type != .opt else {
        scope = Self.scope(in: record.content)
        continue
      }
      if section != record.section { lines += Array("; \(record.section)\n".utf8) }
      section = record.section
      ZoneRecord(name: record.owner, type: record.type, ttl: record.ttl, content: record.content)
        .append(relativeTo: .root, to: &lines)
    }
    let header = reader.header
    text = "; \(header.responseCode.mnemonic)"
    text += header.isAuthoritative ? ", authoritative\n" : "\n"
    if let subnet { text += "; \(Self.meaning(scope, subnet))\n" }
    text += String(decoding: lines, as: UTF8.self)
  }

  private static func meaning(_ scope: UInt8?, _ subnet: QuerySubnet) -> String {
    switch scope {
    case nil: "the server passes over subnets"
    case 0?: "the same for all networks"
    case let bits?: "for \(subnet.text), by \(bits) bits of it"
    }
  }

  /// The scope prefix of the client subnet among the options (RFC 7871 section 6); nil if it is not there.
  private static func scope(in options: [UInt8]) -> UInt8? {
    var place = 0
    while place + 4 <= options.count {
      let code = UInt16(options[place]) << 8 | UInt16(options[place + 1])
      let length = Int(options[place + 2]) << 8 | Int(options[place + 3])
      guard place + 4 + length <= options.count else { return nil }
      if code == EDNS.Option.clientSubnet, length >= 4 { return options[place + 7] }
      place += 4 + length
    }
    return nil
  }
}
