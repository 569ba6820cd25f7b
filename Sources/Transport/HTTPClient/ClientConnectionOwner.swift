// Beside the connection: whoever keeps it between exchanges.

/// Who keeps connections: called on their loop.
package protocol ClientConnectionOwner: AnyObject {
  /// The exchange is complete, and the connection can carry another one.
  func connectionBecameIdle(_ connection: HTTP1ClientConnection)
  /// The connection is gone.
  func connectionClosed(_ connection: HTTP1ClientConnection)
}
