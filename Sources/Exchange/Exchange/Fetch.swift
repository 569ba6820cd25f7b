// A request to a source.

package import HTTP
package import Primitives
package import Runtime

/// One request to a source, on behalf of a client or of the cache itself. Confined to its loop.
package final class Fetch: @unchecked Sendable {
  // Confined to the loop of its lane.
  package var request: RequestHead
  package var body: (any BodySource)?
  package var bodyLength: UInt64?
  /// The client's side of an upgrade; not nil if the client asks for one (`Exchange`).
  package var upgradedInput: (any BodySource)?
  /// The source is asked for content without a coding. Not a field of `request`, by which stored
  /// responses are selected.
  package var asksForIdentity = false
  /// What comes is for all who want the same.
  package var isForAll = false
  package private(set) var client: ClientFacts
  package private(set) var requestID: UInt64
  /// Where the asking task waits, if there is one; cancelled when nobody wants the response any
  /// more. Of no use while an exchange is passed through: nothing waits.
  package let parker: Parker
  /// Receives interim responses other than 100, on behalf of a task.
  package var interim: ((ResponseHead) -> Void)?
  /// Hears that other servers of the fleet are asked from now on, or the origin and not they any more.
  package var asksPeers: ((Bool) -> Void)?
  /// Who makes the fetch; the source's own, which makes it nil when that is over.
  package var maker = UncountedReference<FetchMaker>(nil)
  /// The request is an exchange's, which gets it back.
  private var isRequestLent = false

  package init(
    request: RequestHead, client: ClientFacts, requestID: UInt64, parker: Parker
  ) {
    self.request = request
    self.client = client
    self.requestID = requestID
    self.parker = parker
  }

  /// The fetch that passes `exchange` through: its request, its body, its waiting place.
  package convenience init(passing exchange: Exchange) {
    self.init(
      request: exchange.request, client: exchange.client, requestID: exchange.facts.requestID,
      parker: exchange.parker)
    body = exchange.requestBody
    bodyLength = exchange.requestBodyLength
    upgradedInput = exchange.upgradedInput
  }

  /// Makes this, which is new or over, the fetch that passes `exchange` through. The request moves here
  /// until `giveBack`, since each part of a copy would be counted: meanwhile the exchange's has its method,
  /// scheme and version only.
  package func take(from exchange: Exchange) {
    precondition(!isRequestLent && !maker.isSet)
    swap(&request, &exchange.request)
    exchange.request.method = request.method
    exchange.request.scheme = request.scheme
    exchange.request.version = request.version
    isRequestLent = true
    if exchange.requestBody != nil { body = exchange.requestBody }
    bodyLength = exchange.requestBodyLength
    if exchange.upgradedInput != nil { upgradedInput = exchange.upgradedInput }
    asksForIdentity = false
    isForAll = false
    client = exchange.client
    requestID = exchange.facts.requestID
  }

  /// Makes the request this fetch's own, to be changed; `exchange`, which it was taken from, has a copy.
  package func separate(from exchange: Exchange) {
    exchange.request = request
    isRequestLent = false
  }

  /// Lets go of `exchange`, which it was taken from. The source may keep the fetch a little longer.
  package func giveBack(to exchange: Exchange) {
    if isRequestLent { swap(&request, &exchange.request) } else { request = RequestHead() }
    isRequestLent = false
    if body != nil { body = nil }
    if upgradedInput != nil { upgradedInput = nil }
    // It would keep the zone's keys.
    if client.certificate != nil { client.certificate = nil }
  }

  /// Nobody wants the response any more: the receiver hears of a failure, perhaps at once.
  package func cancel() { maker.counted?.cancel() }
}
