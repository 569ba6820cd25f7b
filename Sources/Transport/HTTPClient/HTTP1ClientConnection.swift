// HTTP/1.1 on a connection to an origin: one exchange after the other.

import Exchange
import HTTP
package import Primitives
package import Runtime
package import TLS

/// Speaks HTTP/1.1 (RFC 9112) as a client: one exchange after the other, driven by events until the
/// response's head has come. Then a task reads the body, if that did not come along, and another one
/// sends the request's body if that must be waited for.
///
/// Confined to its loop. When an exchange is complete, the owner gets the connection back or hears
/// that it has closed; a connection that fails or is given up is reset, so that the origin never
/// takes half a request for a whole one.
package final class HTTP1ClientConnection: @unchecked Sendable {
  // Confined to its loop.
  let connection: ClientConnection
  var state = HTTP1ExchangeState()
  var parser = HTTP1ResponseParser()
  /// Bytes of a head that is not complete.
  var partialHead: [UInt8] = []
  /// The head that is being parsed.
  var head = ResponseHead(status: 0)
  /// The response to the head that is complete, for a moment.
  var arrived: ArrivedResponse?
  /// The response whose head has not come yet.
  var pending: PendingResponse?
  /// Where the task waits that reads the response's body.
  var reader: Parker?
  var upload: RequestUpload?
  /// Why the exchange can't go on.
  private(set) var failure: HTTPClientError?
  /// The last time a byte went either way.
  var progressAt: Instant
  private var owner: (any ClientConnectionOwner)?
  private let openedAt: Instant
  private var idleSince: Instant
  private var idleTimeout = Duration.zero
  /// Exchanges begun.
  package private(set) var exchangeCount = 0

  /// Takes over an open connection.
  package init(_ connection: ClientConnection, owner: any ClientConnectionOwner) {
    self.connection = connection
    self.owner = owner
    let now = connection.loop.now
    openedAt = now
    idleSince = now
    progressAt = now
    connection.user = self
  }

  package var address: SocketAddress { connection.address }

  /// What the origin gave to resume its TLS session with; nil if nothing since the last call.
  package func takeResumption() -> TLSResumption? { connection.takeResumption() }

  /// How much the origin can have done with the exchange that failed.
  package var progress: HTTPClientError.Progress {
    if state.hasReceived { return .responseBegan }
    return connection.hasSent ? .noResponse : .nothingSent
  }

  /// Whether the next exchange may begin here: idle, and nothing has come that should not have.
  package func isReusable(now: Instant, maximumAge: Duration, maximumExchanges: Int) -> Bool {
    connection.isOpen && failure == nil && state.isIdle && !connection.isHungUp
      && exchangeCount < maximumExchanges && now < openedAt + maximumAge
      && (!connection.isQueued || isStillOpen())
  }

  /// Asks the kernel whether an idle connection has been closed by the origin meanwhile: for
  /// requests that could not be repeated. Somebody else's turn: nothing may be received in it.
  package func isStillOpen() -> Bool { !connection.holdsPlaintext && !connection.hasInput }

  /// Receives what an idle connection may get, which is nothing but TLS's own messages.
  private func staysQuiet() -> Bool {
    if case .wouldBlock = connection.receiveOnce(atMost: 1, { _ in }) { return true }
    return false
  }

  // MARK: - Idle

  /// Called by the owner when it keeps the connection: closes it after `timeout`.
  package func waitIdle(for timeout: Duration) {
    precondition(state.isIdle)
    idleTimeout = timeout
    idleSince = connection.loop.now
    let due = idleSince + timeout
    if connection.deadline > due { connection.setDeadline(due) }
  }

  /// Closes the connection; an exchange that is under way fails.
  package func close() {
    if state.isIdle { finish(reset: false) } else { fail(.cancelled) }
  }

  func noteBegin() {
    exchangeCount += 1
    progressAt = connection.loop.now
    connection.markExchange()
  }

  // MARK: - Ends

  /// The response is complete: the connection is free again, or done.
  func responseEnded() {
    let disposition = state.responseEnded()
    reader = nil
    stopUpload()
    if disposition == .keep && connection.isOpen && connection.queuedBytes == 0 {
      owner?.connectionBecameIdle(self)
    } else {
      finish(reset: false)
    }
  }

  /// Ends the exchange and the connection, so that the origin sees that the request broke off.
  func fail(_ error: HTTPClientError) {
    guard failure == nil, connection.isOpen else { return }
    failure = error
    let waiting = reader
    let receiver = pending.take()?.receiver
    finish(reset: true)
    waiting?.wake()
    receiver?.exchangeFailed(error)
  }

  func stopUpload() {
    state.requestStopped()
    upload?.stop()
    upload = nil
  }

  private func finish(reset: Bool) {
    stopUpload()
    reader = nil
    guard connection.isOpen else { return }
    connection.end(reset: reset)
    let owner = owner
    self.owner = nil
    owner?.connectionClosed(self)
  }
}

extension HTTP1ClientConnection: ClientConnectionUser {
  func connectionReady() {
    guard !state.isIdle else {
      // RFC 9112 section 9.5: closed by the origin, or bytes that answer nothing. But what woke us
      // may have been read already, and TLS has messages of its own.
      if connection.isHungUp || connection.mayReceive && !staysQuiet() { finish(reset: false) }
      return
    }
    upload?.drained()
    if pending == nil { reader?.wake() } else { receiveHead() }
  }

  func connectionFailed(_ error: HTTPClientError) {
    // What the origin sent before it closed can still be read; an early response is one.
    stopUpload()
    guard connection.mayReceive || connection.isHungUp else { return fail(error) }
    if pending == nil { reader?.wake() } else { connection.enqueue() }
  }

  func connectionDeadlineReached() {
    guard state.isIdle else { return checkHead() }
    let due = idleSince + idleTimeout
    if connection.loop.now >= due { finish(reset: false) } else { connection.setDeadline(due) }
  }
}
