// One request and its response in flight.

package import HTTP
package import Primitives
package import Runtime

/// One request and its response in flight. Stages read and write it; the driver awaits.
///
/// A part that is passed on as a value is copied, and each of its references counted. What every request
/// passes is therefore lent `&exchange.request` or `&exchange.response`, in functions that are not inlined:
/// there it would be copied again.
///
/// Confined to the loop of its connection. Drivers reuse it: `reset` makes it as new and keeps the
/// memory. As work it is `handler`'s: run on the lane of its zone.
package final class Exchange: LoopWork, @unchecked Sendable {
  // Confined to its loop; tasks of its lane run there too.
  /// While `fetch` passes it through, only its method, scheme and version are here.
  package var request = RequestHead()
  /// The request's content; nil if it has none.
  package var requestBody: (any BodySource)?
  /// The length of the content that the client announced; nil without content or when chunked.
  package var requestBodyLength: UInt64?
  /// The most bytes of content that the zone takes; beyond it the body fails with `requestTooLarge`.
  package var requestBodyLimit = UInt64.max
  /// The client asks to switch to another protocol (Upgrade, RFC 9110 section 7.8): what it sends
  /// after a 101 was delivered, raw, until it closes. Nil if it does not ask.
  package var upgradedInput: (any BodySource)?
  package var client: ClientFacts
  package var response = Response()
  package var facts = ExchangeFacts()
  /// Where the exchange's task waits; cancelled when the client goes away.
  package private(set) var parker: Parker
  /// What is fetched for the exchange while no task waits; cancelled likewise. Who passes the exchange
  /// through keeps the fetch, and makes this nil when that is over.
  package var fetch = UncountedReference<Fetch>(nil)
  /// Who writes the response; cleared by the sink when it is done with the exchange.
  package var sink: (any ResponseSink)?
  /// The sink's own: the stream of its connection that this is.
  package var stream: AnyObject?
  /// Who answers.
  package let handler: any ExchangeHandler
  /// Who counts the exchange while it is queued; the handler's own.
  package var tenant: AnyObject?

  package init(on lane: Lane, client: ClientFacts, handler: any ExchangeHandler) {
    self.client = client
    self.handler = handler
    parker = Parker(on: lane)
    super.init(on: lane)
  }

  /// Whether the client has gone away, so that no response is wanted.
  package var isAborted: Bool { parker.isCancelled }

  /// The client has gone away.
  package func abort() {
    parker.cancel()
    fetch.counted?.cancel()
  }

  /// Moves the exchange, with its waiting place, to the lane of its zone.
  package func move(to lane: Lane) {
    if self.lane !== lane { self.lane = lane }
    if parker.lane !== lane { parker.lane = lane }
  }

  /// Whether nobody but the exchange itself can wake its task any more.
  package var ownsParkerAlone: Bool { isKnownUniquelyReferenced(&parker) }

  /// Memory that `reset` keeps for the fields of the next request, in bytes.
  package var retainedFieldBytes: Int {
    request.fields.bytes.capacity + response.fields.bytes.capacity
  }

  /// Back to the initial state for the next request of the connection, keeping the memory.
  package func reset() {
    precondition(!isQueued && !fetch.isSet)
    request.reset()
    // Most are nil, which is looked at faster than it is set.
    if requestBody != nil { requestBody = nil }
    requestBodyLength = nil
    requestBodyLimit = .max
    if upgradedInput != nil { upgradedInput = nil }
    // It would keep the zone's keys.
    if client.certificate != nil { client.certificate = nil }
    if stream != nil { stream = nil }
    response.reset()
    facts = ExchangeFacts()
    parker.reset()
    if tenant != nil { tenant = nil }
  }

  /// The exchange's turn on its zone's lane.
  package override func run() { handler.turnCame(self) }
}
