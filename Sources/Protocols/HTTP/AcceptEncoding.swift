// Which coding a client wants its content in.

import Primitives

/// The weights of an Accept-Encoding field (RFC 9110 section 12.5.3), in thousandths.
package struct AcceptEncoding: Equatable, Sendable {
  private var gzip: UInt16?
  private var brotli: UInt16?
  private var identity: UInt16?
  private var others: UInt16?
  private var isPresent = false

  /// What the request `fields` say, over all their Accept-Encoding lines.
  package init(_ fields: borrowing FieldBlock) {
    for index in fields.entries.indices where fields.entries[index].name == .acceptEncoding {
      isPresent = true
      fields.withValue(at: index) { add($0) }
    }
  }

  /// Thousandths for a coding; 0 if it is refused. Without the field anything is fine, but
  /// identity is what a client surely reads.
  package func weight(of coding: ContentCoding) -> UInt16 {
    switch coding {
    case .gzip: isPresent ? gzip ?? others ?? 0 : 0
    case .brotli: isPresent ? brotli ?? others ?? 0 : 0
    // Acceptable unless excluded, but less than anything that was named.
    case .identity: identity ?? others ?? 1
    }
  }

  /// The best of `available`, in the server's order of preference; nil if all are refused.
  package func best(of available: [ContentCoding]) -> ContentCoding? {
    var best: ContentCoding?
    var most: UInt16 = 0
    for coding in available {
      let weight = weight(of: coding)
      if weight > most { (best, most) = (coding, weight) }
    }
    return best
  }

  private mutating func add(_ value: Span<UInt8>) {
    value.forEachToken { member in
      let end = member.first(0x3b, in: 0..<member.count) ?? member.count
      let name = member.extracting(member.trimmed(0..<end))
      let weight = member.extracting(end..<member.count).weight
      if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") {
        gzip = weight
      } else if name.equalsIgnoringCase("br") {
        brotli = weight
      } else if name.equalsIgnoringCase("identity") {
        identity = weight
      } else if name.equals("*") {
        others = weight
      }
    }
  }
}
