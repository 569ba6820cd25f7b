// What a loop knows of a server.

/// How one loop gets on with a server.
package struct PeerState: Sendable {
  /// Requests go there.
  package var isWell: Bool
  /// Connections that are open.
  package var connections: Int
  /// How long it took to answer last; nil if nobody asked.
  package var roundTripNanoseconds: UInt64?
  package var figures: PeerFigures
}
