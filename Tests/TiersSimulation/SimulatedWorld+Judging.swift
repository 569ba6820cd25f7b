// What came of a simulation, judged.

import Primitives
import Runtime
import Tiers

extension SimulatedWorld {
  /// Says what must not be. Each fetch but the first of a version of an object must have a cause.
  func judge() {
    var first: [Int: SimulatedOrigin.Request] = [:]
    for request in origin.requests {
      let key = request.object * 1_000 + request.version
      guard let before = first.updateValue(request, forKey: key) else { continue }
      let place = "object \(request.object), by \(servers[request.server].name)"
      if let cause = cause(of: request, after: before) {
        report.explained.append("\(place): \(cause)")
      } else {
        let pause = request.at.nanoseconds(since: before.at) / 1_000_000
        violate(
          "\(place): fetched again \(pause) ms after \(servers[before.server].name), at \(second(request.at)) s"
        )
      }
    }
    report.distinct = first.count
    report.originFetches = origin.requests.count
    let least = topology.servers(of: .upper).map { origin.latency($0) * 2 }.min() ?? .zero
    report.nearestFetches = origin.requests.count { request in
      let way = origin.latency(request.server) * 2
      return way < least + .nanoseconds(TierLimits.leastDetourNanoseconds) || least * 5 >= way * 4
    }
    judgeLoad()
    if report.loadPercent > 125 {
      violate("a parent has \(report.loadPercent) % of the mean")
    }
    judgeMoves()
  }

  /// What led to a second fetch: something that was felt when either was made, on the way of that key; that whoever
  /// had it lost it, or that nobody wanted it any more; or a purge that was given again meanwhile.
  private func cause(
    of request: SimulatedOrigin.Request, after before: SimulatedOrigin.Request
  ) -> String? {
    for fetch in [request, before] {
      // A server has what it fetched, whatever becomes of those whom it might have asked instead.
      let isSame = request.server == before.server
      let involved = (isSame ? [] : asked(by: fetch.server, fetch.object)).union([fetch.server])
      let fault = faults.first { $0.covers(fetch.at) && concerns($0, involved) }
      if let fault { return fault.text }
    }
    // What a server sends slowly is answered, though it gave that up long ago and asked another.
    let late = faults.first { fault in
      fault.isSlow
        && [request, before].contains { fetch in
          fault.covers(fetch.at)
            && sendsSlowly(fault, to: fetch.server).contains {
              asked(by: $0, fetch.object).contains(fetch.server)
            }
        }
    }
    if let late { return "\(late.text), and asks it" }
    // Nobody may have wanted any more what was fetched first, so that it was not kept.
    let death = faults.first { fault in
      fault.isCrash && fault.begin + .seconds(1) >= before.at
        && fault.begin <= before.at + .seconds(2)
        && fault.servers.contains { reached(by: $0, before.object).contains(before.server) }
    }
    if let death { return "\(death.text), which may have asked for it" }
    let loss = faults.first { fault in
      fault.losesCache && fault.servers.contains(before.server)
        && fault.begin >= before.at && fault.begin <= request.at
    }
    if let loss { return loss.text }
    let purge = purges.first { purge in
      guard purge.object == request.object, purge.version <= request.version,
        purge.at <= request.at
      else { return false }
      // Who gave it may have died before all had it.
      guard let heldAt = purge.heldAt else { return true }
      return before.at <= max(heldAt, givenAgainAt[purge.object] ?? heldAt) + .seconds(2)
    }
    return purge.map { "version \($0.version) is purged once more" }
  }

  /// Whether a fault lies on the way of a fetch: one of its servers failed, or a link between two of them.
  private func concerns(_ fault: Fault, _ involved: Set<Int>) -> Bool {
    guard let link = fault.link else { return !fault.servers.isDisjoint(with: involved) }
    let pops = Set(involved.map { topology.servers[$0].pop })
    return pops.contains(link.from) && pops.contains(link.to)
  }

  /// Those whose messages to a server were late.
  private func sendsSlowly(_ fault: Fault, to server: Int) -> Set<Int> {
    guard let link = fault.link else { return fault.servers }
    let pop = topology.servers[server].pop
    guard link.from == pop || link.to == pop else { return [] }
    return fault.servers.filter { topology.servers[$0].pop != pop }
  }

  /// How much more than the mean a server was asked, of those that share keys and were asked enough for that to
  /// say something; where one of them failed the others have its share.
  private func judgeLoad() {
    var rings = topology.pops.filter { $0.tier == .regional }.map(\.servers)
    rings.append(topology.servers(of: .upper))
    for ring in rings where ring.count > 1 && !hasFailed(ring) {
      let asked = ring.map { servers[$0].asked }
      let sum = asked.reduce(0, +)
      // Of fewer a quarter is nothing that chance could not do: four standard deviations of 256.
      guard sum >= 256 * ring.count else { continue }
      report.judgedRings += 1
      report.loadPercent = max(report.loadPercent, (asked.max() ?? 0) * ring.count * 100 / sum)
    }
  }

  private func hasFailed(_ ring: [Int]) -> Bool {
    faults.contains { !$0.servers.isDisjoint(with: ring) }
  }

  /// Where a server of the upper tier goes, its own keys move and no others: 1/n of them but for chance.
  private func judgeMoves() {
    let uppers = topology.servers(of: .upper)
    let keys = (0..<plan.objects).map {
      ServerRanking.hash(Self.host, Array(Self.path($0).utf8))
    }
    let before = ServerRanking(uppers, of: topology)
    for gone in uppers where uppers.count > 1 {
      let after = ServerRanking(uppers.filter { $0 != gone }, of: topology)
      var moved = 0
      for key in keys {
        let first = before.order(for: key)[0]
        if first == gone {
          moved += 1
        } else if after.order(for: key)[0] != first {
          violate("a key of \(servers[first].name) moves as \(servers[gone].name) goes")
        }
      }
      let (mean, count) = (Double(plan.objects) / Double(uppers.count), Double(uppers.count))
      let deviation = (mean * (1 - 1 / count)).squareRoot()
      if abs(Double(moved) - mean) > 4 * deviation {
        violate("\(moved) keys of \(plan.objects) move as one of \(uppers.count) servers goes")
      }
      report.movedPercent = max(report.movedPercent, moved * uppers.count * 100 / plan.objects)
    }
  }
}
