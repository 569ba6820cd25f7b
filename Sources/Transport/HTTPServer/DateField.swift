// The Date field, made once a second.

import HTTP
import Primitives

/// The value of the Date field (RFC 9110 section 6.6.1) of the current second.
struct DateField {
  private var second = WallTime(seconds: .min)
  private(set) var value: [UInt8] = []

  mutating func update(_ now: WallTime) {
    guard now != second else { return }
    second = now
    value.removeAll(keepingCapacity: true)
    HTTPDate.write(now, to: &value)
  }
}
