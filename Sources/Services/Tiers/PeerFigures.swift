// What was asked of a server.

/// Counts of one loop's requests to one server, since the start.
package struct PeerFigures: Sendable {
  /// Requests that it answered.
  package internal(set) var answers: UInt64 = 0
  /// Those that it did not.
  package internal(set) var failures: UInt64 = 0
  /// Connections that were opened.
  package internal(set) var connections: UInt64 = 0
  /// Requests that it got because another server was slow.
  package internal(set) var hedges: UInt64 = 0
  /// Those of them that it answered before that one.
  package internal(set) var hedgesWon: UInt64 = 0
  package internal(set) var lastFailure: String?

  package init() {}

  package static func += (sum: inout PeerFigures, part: PeerFigures) {
    sum.answers += part.answers
    sum.failures += part.failures
    sum.connections += part.connections
    sum.hedges += part.hedges
    sum.hedgesWon += part.hedgesWon
    sum.lastFailure = sum.lastFailure ?? part.lastFailure
  }
}
