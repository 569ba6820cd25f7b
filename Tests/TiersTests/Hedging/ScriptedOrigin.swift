// An origin that counts.

import Exchange
import HTTP
import Primitives
import Runtime

/// Answers at once, and counts its requests. Confined to its loop.
final class ScriptedOrigin: ResponseSource, @unchecked Sendable {
  // Confined to its loop.
  private(set) var count = 0
  private let lane: Lane

  init(on lane: Lane) { self.lane = lane }

  func begin(_ fetch: Fetch, for receiver: any FetchReceiver) {
    count += 1
    let waiting = WaitingReceiver(receiver)
    lane.start { waiting.answer() }
  }
}

/// Confined to its loop.
private final class WaitingReceiver: @unchecked Sendable {
  // Confined to its loop.
  private let receiver: any FetchReceiver

  init(_ receiver: any FetchReceiver) { self.receiver = receiver }

  func answer() {
    var head = ResponseHead(status: 200)
    head.fields.append("etag", "origin")
    var response = FetchedResponse(head: head, body: .none, contentLength: 0)
    receiver.responseCame(&response)
  }
}
