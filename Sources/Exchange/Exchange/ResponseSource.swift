// Layers that responses come from: the cache asks the one below it, the origin is the last.

package import HTTP
package import Runtime

/// Where responses come from: parent tiers, the reserve, the origin.
package protocol ResponseSource: AnyObject {
  /// Makes the request and returns the response's head with its body as a stream.
  func fetch(_ fetch: Fetch) async throws(Failure) -> FetchedResponse
}

/// One request to a source, on behalf of a client or of the cache itself. Confined to its loop.
package final class Fetch: @unchecked Sendable {
  // Confined to the loop of its lane.
  package var request: RequestHead
  package var body: (any BodySource)?
  package var bodyLength: UInt64?
  /// The client's side of an upgrade; not nil if the client asks for one (`Exchange`).
  package var upgradedInput: (any BodySource)?
  package let client: ClientFacts
  package let requestID: UInt64
  /// Where the asking task waits; cancelled when nobody wants the response any more.
  package let parker: Parker
  /// Receives interim responses other than 100.
  package var interim: ((ResponseHead) -> Void)?

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
}

/// What a source answers. The head has no hop-by-hop fields and none that frame the message.
package struct FetchedResponse: @unchecked Sendable {
  // The body is confined to the loop that fetched.
  package var head: ResponseHead
  package var body: ResponseBody
  /// The length that the sender announced; nil if it announced none.
  package var contentLength: UInt64?

  package init(head: ResponseHead, body: ResponseBody, contentLength: UInt64?) {
    self.head = head
    self.body = body
    self.contentLength = contentLength
  }
}
