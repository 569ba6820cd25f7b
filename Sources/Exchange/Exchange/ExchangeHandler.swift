// Who answers exchanges.

/// Answers exchanges: the gateway for tenants' zones, the control plane for its API.
package protocol ExchangeHandler: AnyObject {
  /// Called on the exchange's lane when the request's head has come.
  ///
  /// `.responded`: `exchange.response` is complete, and the caller writes it. `.pending`: the handler
  /// has started a task or queued the exchange, and calls `exchange.sink` itself.
  func handle(_ exchange: Exchange) -> Handling

  /// Called on the turn of an exchange that was queued on its lane.
  func turnCame(_ exchange: Exchange)
}

extension ExchangeHandler {
  /// Answers, unless the client has left meanwhile.
  package func turnCame(_ exchange: Exchange) {
    guard !exchange.isAborted else { return }
    if case .responded = handle(exchange) { exchange.sink?.respond(exchange) }
  }
}
