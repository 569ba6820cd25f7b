// One peer of those that a fetch asks.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Asks one peer for what a fetch wants, in a task of its own: two may be asked at once.
///
/// Confined to its loop.
final class TierAttempt: @unchecked Sendable {
  // Confined to its loop.
  let link: PeerLink
  /// Which of the fetch's steps the peer is of.
  let step: Int
  /// Another peer was asked before, and had not answered.
  let isHedge: Bool
  private let fetch: TierFetch
  private let source: TierSource
  private let kind: TierRoute.Step.Kind
  private let parker: Parker
  private let begunAt: Instant
  private var outcome: Result<FetchedResponse, PeerFault>?
  /// Nobody wants its outcome any more. The fetch may be another's already.
  private var isGivenUp = false

  init(_ link: PeerLink, step: Int, kind: TierRoute.Step.Kind, isHedge: Bool, of fetch: TierFetch) {
    self.link = link
    self.step = step
    self.kind = kind
    self.isHedge = isHedge
    self.fetch = fetch
    source = fetch.source
    parker = Parker(on: source.lane)
    begunAt = source.lane.loop.now
  }

  /// How long it has taken until now.
  private var nanoseconds: UInt64 { source.lane.loop.now.nanoseconds(since: begunAt) }

  /// Asks; the fetch is told when there is an outcome.
  func begin() { source.lane.start { await self.run() } }

  /// What became of it, once; nil if that is not known yet.
  func takeOutcome() -> Result<FetchedResponse, PeerFault>? {
    defer { outcome = nil }
    return outcome
  }

  /// Its outcome is not wanted any more; `isSlower` if another peer's is.
  func giveUp(isSlower: Bool) {
    isGivenUp = true
    if isSlower { link.wasGivenUp(after: nanoseconds) }
    if case .success(let response)? = takeOutcome() { response.body.abandon() }
    parker.cancel()
  }

  private func run() async {
    count(1)
    markSideways(begins: true)
    do throws(PeerFault) {
      let response = try await ask()
      if isGivenUp { response.body.abandon() } else { outcome = .success(response) }
    } catch {
      link.failed(error)
      if !isGivenUp { outcome = .failure(error) }
    }
    markSideways(begins: false)
    count(-1)
    if !isGivenUp { fetch.attemptEnded() }
  }

  private func markSideways(begins: Bool) {
    guard kind != .above else { return }
    let (sideways, name) = (source.network.sideways, link.server.name)
    let isOwner = kind == .nearerToOrigin
    if begins {
      sideways.began(fetch.key, at: name, isOwner: isOwner)
    } else {
      sideways.ended(fetch.key, at: name, isOwner: isOwner)
    }
  }

  private func count(_ change: Int) {
    link.exchanges += change
    source.exchanges += change
    source.network.exchanges += change
  }

  private func ask() async throws(PeerFault) -> FetchedResponse {
    var response = try await link.exchange(parker) { () throws(PeerFault) in try request() }
    link.answered()
    if let verdict = response.head.fields.withFirst(.skerryPeer, { PeerVerdict($0) }) {
      response.body.abandon()
      throw .verdict(verdict)
    }
    link.headCame(after: nanoseconds)
    response.head.fields.removeAll { $0.name.endsHere }
    return response
  }

  private func request() throws(PeerFault) -> ClientRequest {
    guard !isGivenUp else { throw .cancelled }
    var request = ClientRequest()
    fetch.write(&request, kind)
    // Those of two peers would be the same ones twice.
    if !isHedge {
      request.interim = { [self] head in
        if !isGivenUp { fetch.receiver.interimCame(head) }
      }
    }
    return request
  }
}
