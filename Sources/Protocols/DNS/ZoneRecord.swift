// One record of a zone.

import Primitives

/// A record of class IN with its content in wire form and its names uncompressed.
package struct ZoneRecord: Sendable {
  package var name: DomainName
  package var type: RecordType
  /// Seconds; at most 2^31 - 1 (RFC 2181 section 8).
  package var ttl: UInt32
  package var content: [UInt8]

  package init(name: DomainName, type: RecordType, ttl: UInt32, content: [UInt8]) {
    self.name = name
    self.type = type
    self.ttl = ttl
    self.content = content
  }

  /// Appends the record as one line of a zone file: the owner relative to `origin`, everything else
  /// in full.
  package func append(relativeTo origin: DomainName, to output: inout [UInt8]) {
    name.append(relativeTo: origin, to: &output)
    output.append(0x09)
    output.appendDecimal(UInt64(ttl))
    output.append("\tIN\t")
    type.append(to: &output)
    output.append(0x09)
    RDATA.appendText(type, content.span, to: &output)
    output.append(0x0a)
  }

  /// Appends the directives that a zone file of `origin` begins with, which lines of records follow.
  package static func appendDirectives(origin: DomainName, to output: inout [UInt8]) {
    output.append("$ORIGIN ")
    origin.append(to: &output)
    output.append(0x0a)
  }
}

extension ZoneRecord: Equatable {
  package static func == (a: ZoneRecord, b: ZoneRecord) -> Bool {
    a.name == b.name && a.type == b.type && a.ttl == b.ttl && a.content == b.content
  }
}
