// One fetch on its way through the tiers.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Asks peers one after the other until one answers, and the origin if none does. Where one is slow to answer
/// another is asked as well, once (Dean and Barroso, "The Tail at Scale", 2013): the first head is taken.
///
/// Confined to its loop.
final class TierFetch: FetchMaker, @unchecked Sendable {
  // Confined to its loop.
  let source: TierSource
  let receiver: any FetchReceiver
  let key: UInt64
  private let fetch: Fetch
  private let field: PeerField
  private let steps: [TierRoute.Step]
  /// The network's route that the steps are of.
  private let generation: Int
  private let parker: Parker
  /// The peers that were asked, as positions in the topology.
  private var asked: [Int] = []
  /// Those that the request has passed already.
  private var passed: [Int]
  /// Those whose answer is awaited, at most two.
  private var attempts: [TierAttempt] = []
  /// When another peer is asked beside the one that has not answered.
  private var hedgesAt = Instant.never
  private var hasHedged = false

  /// A fetch that peers may be asked for; nil if it is the origin's at once: what is not for all, has content,
  /// or has nobody above.
  init?(_ fetch: Fetch, at source: TierSource, for receiver: any FetchReceiver) {
    guard fetch.isForAll, fetch.request.method == .get, fetch.body == nil,
      fetch.upgradedInput == nil, !source.isFlat, !fetch.request.fields.contains(.authorization)
    else { return nil }
    let route = source.network.route
    let received = fetch.client.isPeer ? Self.field(of: fetch.request.fields) : nil
    let hops = received?.hops ?? []
    guard hops.count < TierLimits.hops else { return nil }
    let positions = hops.map { name in
      route.topology.server(named: String(decoding: name, as: UTF8.self))
    }
    let fromBeside = positions.reversed().prefix { $0.map { route.isBeside($0) } ?? false }.count
    key = ServerRanking.hash(fetch.request.authority, fetch.request.path)
    // Where servers do not agree which PoP is the nearest, the third of them asks the origin.
    steps = route.steps(
      for: key, isFromBeside: fromBeside > 0, above: source.above,
      detours: fromBeside < 2 ? source.detours : [:], sharesByPoP: source.sharesByPoP,
      isWell: source.network.isWell)
    // They would refuse.
    passed = positions.compactMap(\.self)
    guard !steps.isEmpty else { return nil }
    generation = source.network.generation
    self.source = source
    self.fetch = fetch
    self.receiver = receiver
    field = PeerField(
      hops: hops + [Array(source.network.ownName.utf8)], client: fetch.client.address,
      isTLS: fetch.client.isTLS, requestID: fetch.requestID)
    parker = Parker(on: source.lane)
  }

  private static func field(of fields: FieldBlock) -> PeerField? {
    fields.withFirst(.skerryPeer) { PeerField($0) } ?? nil
  }

  func begin() {
    fetch.maker = UncountedReference(self)
    fetch.asksPeers?(true)
    source.lane.start { await self.run() }
  }

  override func cancel() { parker.cancel() }

  /// One of the attempts has an outcome.
  func attemptEnded() { parker.wake() }

  private func run() async {
    source.earnHedge()
    while !parker.isCancelled {
      // The origin is not asked as long as a peer may be asking it.
      if attempts.isEmpty, !askNext() { break }
      _ = await parker.park(until: hedgesAt)
      if settle() { return }
      hedge()
    }
    end()
    if parker.isCancelled {
      receiver.fetchFailed(Failure(.clientAborted, "nobody waits for the response"))
    } else {
      source.askOrigin(fetch, for: receiver)
    }
  }

  /// Looks what became of the attempts; true if the fetch is over.
  private func settle() -> Bool {
    for attempt in attempts {
      switch attempt.takeOutcome() {
      case nil: continue
      case .success(var response)?:
        attempts.removeAll { $0 === attempt }
        if attempt.isHedge { attempt.link.hedgeWon() }
        end(isWon: true)
        receiver.responseCame(&response)
        return true
      case .failure(let fault)?:
        attempts.removeAll { $0 === attempt }
        guard case .verdict(.originFailed(let kind)) = fault else {
          skipBeside(attempt, fault)
          continue
        }
        end()
        receiver.fetchFailed(
          Failure(kind, "\(attempt.link.server.name) could not reach the origin"))
        return true
      }
    }
    return false
  }

  /// Who has the key waits itself, for a server that is nearer to the origin: that one is asked, not others who would
  /// wait for the same.
  private func skipBeside(_ attempt: TierAttempt, _ fault: PeerFault) {
    guard case .verdict(.refused) = fault, steps[attempt.step].kind == .beside,
      steps.contains(where: { $0.kind == .nearerToOrigin })
    else { return }
    passed += steps[attempt.step].servers
  }

  private func end(isWon: Bool = false) {
    fetch.maker = UncountedReference(nil)
    for attempt in attempts { attempt.giveUp(isSlower: isWon) }
    attempts.removeAll()
  }

  // MARK: - Asking

  /// Asks the next peer; false if there is none.
  private func askNext() -> Bool {
    for index in steps.indices {
      guard let link = choose(index) else { continue }
      ask(link, index, isHedge: false)
      if !hasHedged { hedgesAt = source.lane.loop.now + link.hedgeDelay }
      return true
    }
    return false
  }

  /// Asks another peer beside the one that is slow, if it is time and there is one.
  private func hedge() {
    let now = source.lane.loop.now
    guard now >= hedgesAt, let first = attempts.first else { return }
    // A look that comes late says that this process is slow: the head may be here already.
    guard now < hedgesAt + TierLimits.hedgeLateness else {
      hedgesAt = now + first.link.hedgeDelay
      return
    }
    hedgesAt = .never
    guard source.allowsHedge else { return }
    // Servers beside a slow one would ask that one: those behind it in the order go first.
    for index in Array(steps.indices[(first.step + 1)...]) + [first.step] {
      guard let link = choose(index),
        source.network.route.meet(first.link.position, link.position)
      else { continue }
      hasHedged = true
      source.spendHedge()
      link.hedgeBegan()
      return ask(link, index, isHedge: true)
    }
  }

  private func choose(_ step: Int) -> PeerLink? {
    guard asked.count < TierLimits.attempts else { return nil }
    return source.network.choose(steps[step], of: generation, but: asked + passed)
  }

  private func ask(_ link: PeerLink, _ step: Int, isHedge: Bool) {
    asked.append(link.position)
    let attempt = TierAttempt(
      link, step: step, kind: steps[step].kind, isHedge: isHedge, of: self)
    attempts.append(attempt)
    attempt.begin()
  }

  /// Writes the request as a peer gets it.
  func write(_ request: inout ClientRequest, _ kind: TierRoute.Step.Kind) {
    writeHead(&request.head, kind)
    request.tenant = source.tenant
    request.zone = source.zoneID
    request.timeouts.firstByte = source.patience.head
    request.timeouts.betweenBytes = source.patience.silence
  }

  private func writeHead(_ head: inout RequestHead, _ kind: TierRoute.Step.Kind) {
    head = fetch.request
    head.scheme = .https
    head.fields.removeAll { $0.name.endsHere || $0.name == .skerryPeer }
    if fetch.asksForIdentity, !head.fields.contains(.acceptEncoding) {
      head.fields.append(.acceptEncoding, "identity")
    }
    var field = field
    field.isOwner = kind == .nearerToOrigin
    field.append(to: &head.fields)
  }
}
