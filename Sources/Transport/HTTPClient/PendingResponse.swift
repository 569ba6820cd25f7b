// A response whose head has not come yet.

import Exchange
import HTTP
import Primitives

/// What an exchange on an HTTP/1.1 connection waits for.
struct PendingResponse {
  let receiver: any ClientResponseReceiver
  let method: HTTPMethod
  let timeouts: ClientTimeouts
  /// What the client sends once the origin has switched protocols.
  let upgradedInput: (any BodySource)?

  @inline(never)
  init(to request: inout ClientRequest, for receiver: any ClientResponseReceiver) {
    self.receiver = receiver
    method = request.head.method
    timeouts = request.timeouts
    upgradedInput = request.upgradedInput
  }
}
