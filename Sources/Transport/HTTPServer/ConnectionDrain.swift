// Connections are told that the server ends.

import Runtime

/// Tells the connections of one loop to end after what they are doing, some per turn of the system's
/// lane.
final class ConnectionDrain: LoopWork {
  private weak var server: HTTPServer?
  /// Connections that were not told yet: those that come first in the server's list.
  private var rest = 0

  init(_ server: HTTPServer) {
    self.server = server
    super.init(on: server.loop.systemLane)
  }

  /// Starts with the last of `count` connections.
  func begin(_ count: Int) {
    rest = count
    if rest > 0 { enqueue() }
  }

  override func run() {
    // From the end: one that closes gives its place to the last one, which was told.
    for _ in 0..<min(HTTPServerLimits.connectionsPerDrainTurn, rest) {
      rest -= 1
      server?.drainConnection(at: rest)
    }
    if rest > 0 { enqueue() }
  }
}
