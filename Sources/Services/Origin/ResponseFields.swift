// The fields of an origin's response as the next layer gets them.

import HTTP
import Primitives

/// Takes out what ends at this hop or frames the message, and adds what a gateway owes.
enum ResponseFields {
  /// `now` is for a response without Date (RFC 9110 section 6.6.1).
  static func prepare(
    _ head: inout ResponseHead, pseudonym: [UInt8], now: WallTime, dates: inout HTTPDateCache
  ) {
    let passed = viaValues(head.fields)
    let isUpgrade = head.status == 101
    head.fields.removeAll { entry in
      // What our own servers tell each other comes from no origin.
      if entry.name == .via || entry.name == .skerryPeer { return true }
      return isUpgrade && entry.name == .upgrade ? false : entry.name.endsHere
    }
    head.fields.append(.via, atMost: passed.count &+ 4 &+ pseudonym.count) { output in
      output.append(passed.span)
      output.append("1.1 ")
      output.append(pseudonym.span)
    }
    if !head.fields.contains(.date) && head.status >= 200 {
      head.fields.append(.date, dates.text(now).span)
    }
  }

  /// The members of Via so far, each with a comma behind it.
  private static func viaValues(_ fields: FieldBlock) -> [UInt8] {
    var values: [UInt8] = []
    guard fields.contains(.via) else { return values }
    for index in 0..<fields.count where fields.entries[index].name == .via {
      fields.withValue(at: index) { value in
        guard value.count > 0, value.count <= OriginLimits.forwardingFieldBytes else { return }
        values.append(value)
        values.append(", ")
      }
    }
    return values
  }
}
