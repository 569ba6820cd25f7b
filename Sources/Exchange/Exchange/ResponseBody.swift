// A response's content, in memory or in pieces.

package import Primitives

/// Where a response's body comes from.
package enum ResponseBody: @unchecked Sendable {
  // A stream is confined to the loop of its exchange.
  case none
  case bytes(Bytes)
  case chunks([Bytes])
  case stream(any BodySource)

  /// Bytes in memory; 0 for a stream.
  @inline(__always) package var count: Int {
    switch self {
    case .none, .stream: 0
    case .bytes(let bytes): bytes.count
    case .chunks(let pieces): pieces.reduce(0) { $0 + $1.count }
    }
  }

  /// Whether the whole body is in memory.
  @inline(__always) package var isComplete: Bool {
    if case .stream = self { return false }
    return true
  }

  /// Says that nobody will read it.
  package func abandon() {
    if case .stream(let source) = self { source.abandon() }
  }
}
