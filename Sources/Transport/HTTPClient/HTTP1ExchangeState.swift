// How far an exchange of HTTP/1.1 is, and what becomes of its connection.

import HTTP

/// The two halves of one exchange after the other on one connection (RFC 9112 section 9).
struct HTTP1ExchangeState {
  /// The half that we send.
  enum Request: Equatable {
    /// No exchange, or it has been sent whole.
    case complete
    case sending
    /// Given up before its end: the connection can't carry another one.
    case stopped
  }

  /// The half that the origin sends.
  enum Response: Equatable { case none, awaited, receiving, upgraded, complete }

  /// What a response's head means for the exchange.
  enum Head {
    /// 100: the origin wants the body.
    case proceed
    case interim
    case upgraded
    case final(stopsUpload: Bool)
    /// An origin must not answer so.
    case invalid(StaticString)
  }

  /// What to do with the connection once the response is complete.
  enum Disposition: Equatable { case keep, close }

  private(set) var request = Request.complete
  private(set) var response = Response.none
  /// Bytes of a response have come in this exchange.
  var hasReceived = false
  private var keepsAlive = true
  private var interimCount = 0
  private var asksUpgrade = false

  var isIdle: Bool { request == .complete && response == .none }

  mutating func begin(hasStreamedBody: Bool, asksUpgrade: Bool) {
    precondition(isIdle && keepsAlive)
    request = hasStreamedBody ? .sending : .complete
    response = .awaited
    hasReceived = false
    interimCount = 0
    self.asksUpgrade = asksUpgrade
  }

  /// The request's last byte is sent or queued.
  mutating func requestEnded() {
    if request == .sending { request = .complete }
  }

  /// The rest of the request will not be sent.
  mutating func requestStopped() {
    if request == .sending { request = .stopped }
  }

  /// A head has come.
  mutating func receive(status: UInt16, framing: HTTP1MessageFraming) -> Head {
    precondition(response == .awaited)
    switch status {
    case 101:
      guard asksUpgrade else { return .invalid("101 without being asked to switch protocols") }
      response = .upgraded
      keepsAlive = false
      return .upgraded
    case 100..<200:
      interimCount += 1
      guard interimCount <= HTTPClientLimits.interimResponses else {
        return .invalid("too many interim responses")
      }
      return status == 100 ? .proceed : .interim
    default:
      response = .receiving
      if !framing.keepAlive { keepsAlive = false }
      // RFC 9112 section 9.5: whoever learns that the body is not wanted stops sending it. Other
      // responses may well begin while the request still comes, and depend on it.
      return .final(stopsUpload: request == .sending && status >= 300)
    }
  }

  /// Bytes came that belong to no response: what follows can't be trusted.
  mutating func receivedSurplus() { keepsAlive = false }

  /// The response's last byte has come.
  mutating func responseEnded() -> Disposition {
    precondition(response == .receiving || response == .upgraded)
    let keeps = keepsAlive && request == .complete && response == .receiving
    response = keeps ? .none : .complete
    return keeps ? .keep : .close
  }
}
