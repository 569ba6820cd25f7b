// A request as it goes to an origin.

package import Exchange
package import HTTP
package import Primitives

/// One request to an origin. `head` is as it goes out: without hop-by-hop and framing fields.
package struct ClientRequest {
  /// The request's content.
  package enum Body {
    case none
    /// All of it, in memory: it can be sent again.
    case bytes(Bytes)
    /// To be pulled; `length` if it was announced.
    case stream(any BodySource, length: UInt64?)
  }

  package var head = RequestHead()
  package var body = Body.none
  /// Waits for 100 (Continue) before the body is sent; `head` has the Expect field.
  package var awaitsContinue = false
  /// What the client sends once the origin has switched protocols; `head` has the Upgrade field.
  package var upgradedInput: (any BodySource)?
  /// Receives interim responses other than 100 and 101.
  package var interim: ((ResponseHead) -> Void)?
  package var timeouts = ClientTimeouts()
  /// Whom content of the response counts for that waits to be read.
  package var tenant: (any ContentTenant)?
  /// The zone, for another loop that sends it.
  package var zone: ZoneID?

  package init() {}

  /// How HTTP/1.1 frames the body (RFC 9112 section 6).
  var framing: HTTP1MessageFraming.Body {
    switch body {
    case .none: .none
    case .bytes(let bytes): .length(UInt64(bytes.count))
    case .stream(_, let length?): .length(length)
    case .stream(_, nil): .chunked
    }
  }
}
