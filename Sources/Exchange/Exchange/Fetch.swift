// A request to a source.

package import HTTP
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
  package let client: ClientFacts
  package let requestID: UInt64
  /// Where the asking task waits, if there is one; cancelled when nobody wants the response any
  /// more.
  package let parker: Parker
  /// Receives interim responses other than 100, on behalf of a task.
  package var interim: ((ResponseHead) -> Void)?
  /// Who makes the fetch, while it is under way; the source's own.
  package var maker: (any FetchMaker)?

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

  /// Nobody wants the response any more: the receiver hears of a failure, perhaps at once.
  package func cancel() { maker?.cancel() }
}
