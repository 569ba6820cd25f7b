// The client's connection as an exchange sees it.

package import HTTP
package import Primitives
package import Runtime

/// Writes one exchange's response to its client. Called on the loop of the connection.
///
/// Either `respond` once, for a body in memory, or `begin`, `write` (while `isWritable`), and then
/// `end` or `fail`. Before that any number of `interim`. After the exchange is aborted calls do
/// nothing.
package protocol ResponseSink: AnyObject {
  /// The zone whose lane serves the exchange is known: the connection's further work goes there,
  /// unless it is shared by several zones. False if the tenant has as many connections as it may.
  func serve(_ exchange: Exchange, on lane: Lane, for tenant: any ConnectionTenant) -> Bool

  /// Sends an interim response (1xx, RFC 9110 section 15.2).
  func interim(_ head: ResponseHead, for exchange: Exchange)

  /// Sends `exchange.response`, whose body is in memory, and ends the exchange.
  func respond(_ exchange: Exchange)

  /// Sends the head of `exchange.response`, whose body follows by `write`.
  func begin(_ exchange: Exchange)

  /// Queues a piece of the body.
  func write(_ bytes: Bytes, for exchange: Exchange)

  /// Whether less is queued than the connection's limit; when that changes, the exchange's parker is
  /// woken.
  func isWritable(_ exchange: Exchange) -> Bool

  /// Whether bodies leave as they are, so that the kernel can send them out of their files: only then a
  /// response may have bytes that are lent (`Bytes.loan`), and only if nothing codes it.
  var sendsFiles: Bool { get }

  /// Ends the body, with trailers if there are any.
  func end(_ exchange: Exchange, trailers: FieldBlock?)

  /// Ends the response so that the client sees that it is incomplete.
  func fail(_ exchange: Exchange)
}

extension ResponseSink {
  /// For those who read what they send.
  package var sendsFiles: Bool { false }
}
