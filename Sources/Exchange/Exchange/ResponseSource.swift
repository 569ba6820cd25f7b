// Layers that responses come from: the cache asks the one below it, the origin is the last.

import HTTP
import Runtime

/// Where responses come from: parent tiers, the reserve, the origin.
package protocol ResponseSource: AnyObject {
  /// Makes the request. `receiver` hears of the outcome on the same loop, never during this call.
  func begin(_ fetch: Fetch, for receiver: any FetchReceiver)

  /// How far away it is, as far as that was measured lately; nil if it was not.
  var roundTripNanoseconds: UInt64? { get }

  /// Measures that, if it can, without a request.
  func measure()
}

extension ResponseSource {
  /// Most are not far away.
  package var roundTripNanoseconds: UInt64? { nil }

  /// There is nothing to measure.
  package func measure() {}

  /// Makes the request and returns the response's head with its body as a stream, for tasks. Waits
  /// on the fetch's parker.
  package func fetch(_ fetch: Fetch) async throws(Failure) -> FetchedResponse {
    let outcome = AwaitedFetch(fetch)
    begin(fetch, for: outcome)
    while true {
      if let response = outcome.response { return response }
      if let failure = outcome.failure { throw failure }
      if await fetch.parker.park() == .cancelled { outcome.giveUp() }
    }
  }
}

/// A fetch that a task waits for.
private final class AwaitedFetch: FetchReceiver {
  private let fetch: Fetch
  private(set) var response: FetchedResponse?
  private(set) var failure: Failure?

  init(_ fetch: Fetch) { self.fetch = fetch }

  func giveUp() {
    fetch.cancel()
    guard response == nil, failure == nil else { return }
    failure = Failure(.clientAborted, "nobody waits for the response")
  }

  func interimCame(_ head: ResponseHead) { fetch.interim?(head) }

  func responseCame(_ response: inout FetchedResponse) {
    // Nobody reads what comes after the task has given up.
    if failure == nil { self.response = response } else { response.body.abandon() }
    fetch.parker.wake()
  }

  func fetchFailed(_ failure: Failure) {
    if self.failure == nil { self.failure = failure }
    fetch.parker.wake()
  }
}
