// The Date field's value, written once per second.

package import Primitives

/// The preferred format of the current time; a loop keeps one.
package struct HTTPDateCache: Sendable {
  private var second: WallTime?
  private var value: [UInt8] = []

  package init() {}

  /// `now` in the preferred format (RFC 9110 section 5.6.7).
  package mutating func text(_ now: WallTime) -> [UInt8] {
    if second != now {
      value.removeAll(keepingCapacity: true)
      HTTPDate.append(now, to: &value)
      second = now
    }
    return value
  }
}
