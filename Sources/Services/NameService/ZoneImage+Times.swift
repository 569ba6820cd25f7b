// How long a zone's answers may be kept.

import Primitives

extension ZoneImage {
  /// The longest TTL of its record sets, and of what is said of names and types that are not there.
  package var longestTTL: UInt32 {
    let reader = ImageReader(bytes.span)
    var longest = reader.negativeTTL
    for node in 0..<reader.nodeCount {
      var offset = reader.firstSet(of: node)
      for _ in 0..<reader.setCount(of: node) {
        let set = reader.recordSet(at: offset)
        longest = max(longest, set.ttl)
        offset = set.end
      }
      for _ in 0..<reader.ruleCount(of: node) {
        longest = max(longest, reader.ttl(ofRule: offset))
        offset = reader.endOfRule(at: offset)
      }
    }
    return longest
  }

  /// Until who has copies finds out that there is another version, by its SOA: refresh and one retry.
  package var secondsUntilCopied: Int64 {
    let reader = ImageReader(bytes.span)
    let content = reader.contents(of: reader.soa)
    guard content.count >= 20 else { return 0 }
    // Of the five numbers that end the content, those behind the serial number.
    let place = content.count - 16
    return Int64(content.uint32(at: place)) + Int64(content.uint32(at: place + 4))
  }
}

extension ImageReader {
  /// The TTL of what a rule answers; 0 if it has none of its own.
  fileprivate func ttl(ofRule offset: Int) -> UInt32 {
    switch bytes[offset + Rule.kind] {
    case RuleKind.flattened: bytes.littleEndian32(at: offset + Rule.content)
    case RuleKind.placed: placedSet(at: offset).ttl
    default: 0
    }
  }
}
