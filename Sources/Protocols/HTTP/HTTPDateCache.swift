// The Date field's value, written once per second.

package import Primitives

/// The preferred format of the current time; a loop keeps one.
package struct HTTPDateCache: Sendable {
  private var second: WallTime?
  private var text: [UInt8] = []

  package init() {}

  /// Appends `now` in the preferred format (RFC 9110 section 5.6.7).
  package mutating func append(_ now: WallTime, to output: inout [UInt8]) {
    if second != now {
      text.removeAll(keepingCapacity: true)
      HTTPDate.append(now, to: &text)
      second = now
    }
    output.append(text.span)
  }
}
