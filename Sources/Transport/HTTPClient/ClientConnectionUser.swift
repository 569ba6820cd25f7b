// Above the connection: whoever speaks HTTP on it.

/// Who speaks HTTP on a connection. Called on its loop, on its lane's turn.
protocol ClientConnectionUser: AnyObject {
  /// Bytes may have come, or have left; the connection may have been closed by the origin.
  func connectionReady()
  /// Sending failed.
  func connectionFailed(_ error: HTTPClientError)
  func connectionDeadlineReached()
}
