// Beside the connection: whoever shares it out.

/// Who shares out the streams of HTTP/2 connections: called on their loop.
package protocol HTTP2ClientConnectionOwner: AnyObject {
  /// A stream has ended: another exchange may begin.
  func connectionHasRoom(_ connection: HTTP2ClientConnection)
  /// The connection is gone.
  func connectionClosed(_ connection: HTTP2ClientConnection)
}
