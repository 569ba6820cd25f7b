// The fields of an origin's response as the next layer gets them.

import HTTP
import Primitives

/// Takes out what ends at this hop or frames the message, and adds what a gateway owes.
enum ResponseFields {
  /// `now` is for a response without Date (RFC 9110 section 6.6.1).
  static func prepare(
    _ head: inout ResponseHead, pseudonym: [UInt8], now: WallTime, dates: inout HTTPDateCache
  ) {
    let fields = head.fields
    let hopByHop = HopByHop(fields)
    let isUpgrade = head.status == 101
    var index = -1
    head.fields.removeAll { entry in
      index += 1
      if entry.name == .via || isUpgrade && entry.name == .upgrade { return entry.name == .via }
      return hopByHop.contains(fields, at: index)
    }
    head.fields.append(.via) { output in
      for index in 0..<fields.count where fields.entries[index].name == .via {
        fields.withValue(at: index) { value in
          guard value.count > 0, value.count <= OriginLimits.forwardingFieldBytes else { return }
          output.append(value)
          output.append(", ")
        }
      }
      output.append("1.1 ")
      output.append(contentsOf: pseudonym)
    }
    if !head.fields.contains(.date) && head.status >= 200 {
      head.fields.append(.date) { dates.append(now, to: &$0) }
    }
  }
}
