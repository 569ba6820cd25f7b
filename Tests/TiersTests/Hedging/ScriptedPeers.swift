// Servers that answer as a test says, without a network.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

@testable import Tiers

/// Connections to servers whose answers are written down. Confined to its loop.
final class ScriptedPeers: PeerTransport, @unchecked Sendable {
  // Confined to its loop.
  /// What a server does with a request.
  enum Answer: Sendable {
    case head(after: Duration)
    case refusal(after: Duration)
    case originFailure(after: Duration)
    case reset(after: Duration)
    case broken(after: Duration)

    var delay: Duration {
      switch self {
      case .head(let delay), .refusal(let delay), .originFailure(let delay), .reset(let delay),
        .broken(let delay):
        delay
      }
    }
  }

  var answers: [String: Answer] = [:]
  /// How many requests each got, and how many of them were taken back.
  var asked: [String: Int] = [:]
  var cancelled: [String: Int] = [:]

  func open(
    for link: PeerLink, parker: Parker
  ) async throws(HTTPClientError) -> any PeerConnection { ScriptedPeer(link, self) }
}

/// A connection to one of them.
private final class ScriptedPeer: PeerConnection {
  let takesRequests = true
  let room = 1_000
  let roundTripNanoseconds: UInt64? = nil
  private let link: PeerLink
  private let peers: ScriptedPeers

  init(_ link: PeerLink, _ peers: ScriptedPeers) {
    self.link = link
    self.peers = peers
  }

  func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    let name = link.server.name
    peers.asked[name, default: 0] += 1
    let answer = peers.answers[name] ?? .head(after: .milliseconds(1))
    let due = link.lane.loop.now + answer.delay
    while link.lane.loop.now < due {
      guard await parker.park(until: due) != .cancelled else {
        peers.cancelled[name, default: 0] += 1
        throw .cancelled
      }
    }
    var head = ResponseHead(status: 200)
    head.fields.append("etag", name)
    switch answer {
    case .head: break
    case .refusal: PeerVerdict.refused.append(to: &head.fields)
    case .originFailure:
      PeerVerdict.originFailed(.connectionReadTimeout).append(to: &head.fields)
    case .reset: throw .streamReset("scripted")
    case .broken: throw .closedBeforeResponse
    }
    return FetchedResponse(head: head, body: .none, contentLength: 0)
  }

  func measure() -> Bool { true }

  func drain() {}
}
