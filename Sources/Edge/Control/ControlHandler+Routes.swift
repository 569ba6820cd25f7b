// What each route does.

package import ConfigurationTree
import Exchange
import Primitives
package import Runtime
package import Zones

extension ControlHandler {
  /// Does what is asked and returns the answer. Runs as a task of the API's lane.
  func perform(
    _ call: ControlCall, _ exchange: Exchange
  ) async throws(ControlRefusal) -> ControlAnswer {
    let desk = desk
    let condition = call.condition
    switch (call.target.route, call.verb) {
    case (.status, _): return try await status()
    case (.ledger, _): return try await ledger(call.target)
    case (.slow, _): return try await slowReport(call.target)
    case (.cache, _): return try await inspection(call.target)
    case (.tiers, _): return try await tiers(call.target)
    case (.zones, _): return try await zones(call.target)
    case (.export, _):
      return try await read { () throws(ControlRefusal) in try desk.export() }
    case (.check, _):
      // Nothing is written meanwhile.
      return try await change { () throws(ControlRefusal) in try desk.check() }
    case (.upgrade, _): return ControlAnswer(try await backend.upgrade().tree)
    case (.stop, _): return ControlAnswer(.object([("stopping", .bool(true))]), status: 202)
    case (.apply, _):
      return try await change(with: exchange) { tree, noted throws(ControlRefusal) in
        try desk.apply(tree, &noted)
      }
    case (.purge(let name), _): return try await purge(name, exchange)
    case (.signing(let name), .post):
      return try await changeKeys(name, exchange)
    case (.signing(let name), _):
      return try await read { () throws(ControlRefusal) in try desk.signing(name) }
    case (.customers(let path), _): return try await customers(path, call, exchange)
    case (.health(let name), _): return ControlAnswer(try await backend.health(of: name))
    case (.zone(let name), .put):
      return try await change(with: exchange) { tree, noted throws(ControlRefusal) in
        try desk.put(name, tree, condition, &noted)
      }
    case (.zone(let name), .patch):
      return try await change(with: exchange) { tree, noted throws(ControlRefusal) in
        try desk.patch(name, tree, condition, &noted)
      }
    case (.zone(let name), .delete):
      return try await change { () throws(ControlRefusal) in try desk.remove(name, condition) }
    case (.zone(let name), _):
      return try await read { () throws(ControlRefusal) in try desk.show(name) }
    }
  }

  // MARK: - The edge

  private func status() async throws(ControlRefusal) -> ControlAnswer {
    let facts = await backend.facts()
    let desk = desk
    return try await read { () throws(ControlRefusal) in
      ZoneDesk.Outcome(answer: ControlAnswer(facts.tree(try desk.facts())))
    }
  }

  private func ledger(_ target: ControlTarget) async throws(ControlRefusal) -> ControlAnswer {
    let limit = try target.number(
      "limit", usual: ControlLimits.ledgerZones, 0...ControlLimits.ledgerZonesMaximum)
    var reading = await backend.ledger()
    if let name = target.query["zone"] {
      let all = reading.zones.count
      reading.zones.removeAll { $0.name != name.lowercased() }
      reading.omittedZones += all - reading.zones.count
    }
    let shown = reading
    return try await read { () throws(ControlRefusal) in
      ZoneDesk.Outcome(answer: ControlAnswer(shown.tree(limit: limit)))
    }
  }

  private func slowReport(_ target: ControlTarget) async throws(ControlRefusal) -> ControlAnswer {
    let reading = await backend.ledger()
    guard let name = target.query["zone"]?.lowercased() else {
      return ControlAnswer(slow.including(reading).tree)
    }
    let usage = reading.zones.first { $0.name == name }
    if usage == nil {
      // Nobody uses it, or it is not there, which is an error.
      let desk = desk
      _ = try await read { () throws(ControlRefusal) in try desk.show(name) }
    }
    return ControlAnswer(
      .object([("zone", .string(name)), ("waits", (usage?.waits ?? ZoneWaits()).tree)]))
  }

  /// GET /v1/cache: lines of `fields` are separated by line feeds.
  private func inspection(_ target: ControlTarget) async throws(ControlRefusal) -> ControlAnswer {
    guard let url = target.query["url"] else {
      throw ControlRefusal(
        400, .invalidQuery, "is missing. Give the URL to look for, in percent encoding.",
        path: "url")
    }
    let lines = (target.query["fields"] ?? "").split(separator: "\n").map { String($0) }
    let head = try InspectedRequest.head(
      url, method: target.query["method"] ?? "GET", lines: lines)
    let client = try target.query["client"].map { text throws(ControlRefusal) in
      try InspectedRequest.client(text)
    }
    return ControlAnswer(try await backend.inspect(head, at: client))
  }

  /// GET /v1/tiers
  private func tiers(_ target: ControlTarget) async throws(ControlRefusal) -> ControlAnswer {
    let head = try target.query["url"].map { url throws(ControlRefusal) in
      try InspectedRequest.head(url, method: "GET", lines: [])
    }
    return ControlAnswer(try await backend.tiers(head))
  }

  private func zones(_ target: ControlTarget) async throws(ControlRefusal) -> ControlAnswer {
    let limit = try target.number(
      "limit", usual: ControlLimits.pageZones, 1...ControlLimits.pageZonesMaximum)
    let isComplete = try target.flag("complete")
    let name = target.query["after"]
    let desk = desk
    return try await read { () throws(ControlRefusal) in
      try desk.page(after: name, limit: limit, isComplete: isComplete)
    }
  }

  /// Gives signed zones of which others have had copies for long a new serial number; a zone that can't
  /// be renewed is told when all others are. As a task of the API's lane.
  func renewSerials() async throws(ControlRefusal) {
    let desk = desk
    var last: ZoneID?
    var failure: ControlRefusal?
    repeat {
      let after = last
      let outcome = try await changed { () throws(ControlRefusal) in
        try desk.renewSerials(
          after: after, limit: ControlLimits.zonesRenewed, now: SystemClock.wall)
      }
      last = outcome.last
      failure = outcome.failure ?? failure
    } while last != nil
    if let failure { throw failure }
  }

  /// A purge that a peer was given.
  package func purge(
    _ name: String, _ tree: ConfigurationValue
  ) async throws(ControlRefusal) {
    let desk = desk
    _ = try await change { () throws(ControlRefusal) in
      var decoder = ConfigurationDecoder()
      return try desk.purge(name, tree, &decoder)
    }
  }

  /// A purge of everything of all zones, for a server that missed very many.
  package func purgeAll() async throws(ControlRefusal) {
    let desk = desk
    var last: String?
    repeat {
      let after = last
      last = try await changed { () throws(ControlRefusal) in try desk.purgeAll(after: after) }
        .lastName
    } while last != nil
  }

  /// A purge that this server is given: it is in force on all servers when the answer is given.
  private func purge(
    _ name: String, _ exchange: Exchange
  ) async throws(ControlRefusal) -> ControlAnswer {
    let desk = desk
    return try await purgeEverywhere(name) { (begin) async throws(ControlRefusal) in
      try await self.change(with: exchange) { tree, noted throws(ControlRefusal) in
        begin(tree)
        return try desk.purge(name, tree, &noted)
      }
    }
  }

  /// A purge that the public API was given, from a task on `other`, a lane of the same loop.
  package func purgeEverywhere(
    _ name: String, _ tree: ConfigurationValue, on other: Lane
  ) async throws(ControlRefusal) -> ControlAnswer {
    let desk = desk
    return try await purgeEverywhere(name) { (begin) async throws(ControlRefusal) in
      try await self.changed(on: other) { () throws(ControlRefusal) in
        var decoder = ConfigurationDecoder()
        begin(tree)
        return try desk.purge(name, tree, &decoder)
      }.answer
    }
  }

  /// Makes a purge by `make`, which tells `begin` what is to be purged, and gives it to the other servers.
  private func purgeEverywhere(
    _ name: String,
    _ make: (_ begin: @escaping @Sendable (ConfigurationValue) -> Void) async throws(ControlRefusal)
      -> ControlAnswer
  ) async throws(ControlRefusal) -> ControlAnswer {
    let backend = backend
    let given = Guarded<(purge: ConfigurationValue, number: UInt64)?>(nil)
    var answer: ControlAnswer
    do throws(ControlRefusal) {
      answer = try await make { tree in
        if let number = backend.beginPurge() { given.withLock { $0 = (tree, number) } }
      }
    } catch {
      if let given = given.withLock({ $0 }) { backend.abandonPurge(given.number) }
      throw error
    }
    guard let (tree, number) = given.withLock({ $0 }) else { return answer }
    let failure = Guarded<ControlRefusal?>(nil)
    let relayed = await backend.relay(number, tree, of: name) {
      do throws(ControlRefusal) { try await self.purge(name, tree) } catch {
        failure.withLock { $0 = error }
      }
    }
    guard let relayed else { return answer }
    if let failure = failure.withLock({ $0 }) { throw failure }
    guard relayed.isOwed else {
      throw ControlRefusal(
        500, .storage,
        "The purge is in force but for servers that can't be reached, and it could not be kept for them. "
          + "Purge again when they are back: \(Self.names(relayed.away))")
    }
    if relayed.isOfEverything {
      answer.add(
        "It is longer than a message between servers (1 MiB): all others purged everything of the zone. Give fewer URLs at a time."
      )
    }
    if !relayed.away.isEmpty {
      answer.add("Not reached, and purged as soon as they are: \(Self.names(relayed.away))")
    }
    return answer
  }

  private static func names(_ servers: [String]) -> String {
    let names = servers.prefix(ControlLimits.namedServers).joined(separator: ", ")
    let more = servers.count - ControlLimits.namedServers
    return names + (more > 0 ? " and \(more) more." : ".")
  }

  // MARK: - Work on the worker

  /// A piece of work with the store.
  typealias Work = @Sendable () throws(ControlRefusal) -> ZoneDesk.Outcome

  private func read(_ work: @escaping Work) async throws(ControlRefusal) -> ControlAnswer {
    try await onWorker(work).answer
  }

  /// Makes a change and publishes it, one after the other. Goes on when the client goes away: what
  /// is written must be published.
  func change(_ work: @escaping Work) async throws(ControlRefusal) -> ControlAnswer {
    try await changed(work).answer
  }

  func changed(
    on other: Lane? = nil, _ work: @escaping Work
  ) async throws(ControlRefusal) -> ZoneDesk.Outcome {
    await turn.enter(on: other)
    defer { turn.leave() }
    guard backend.acceptsChanges else {
      throw .busy("The edge is being upgraded or stops: another process takes changes from now on")
    }
    var outcome = try await onWorker(work)
    if let applied = outcome.applied, !applied.changes.isEmpty { await backend.publish(applied) }
    if let zone = outcome.asksForCountries, !backend.knowsCountries {
      outcome.answer.add(Self.noCountries(zone))
    }
    if let work = outcome.work { await backend.charge(work) }
    return outcome
  }

  /// Makes a change of a room above, in its turn among all others, and publishes it; from a task on `other`, a lane
  /// of the same loop. Goes on when the client goes away. The work may wait for the disk.
  package func commit<Value: Sendable>(
    on other: Lane,
    _ work: @escaping @Sendable () -> (value: Value, applied: AppliedChanges?)
  ) async throws(ControlRefusal) -> Value {
    await turn.enter(on: other)
    defer { turn.leave() }
    guard backend.acceptsChanges else {
      throw .busy("The edge is being upgraded or stops: another process takes changes from now on")
    }
    let outcome = await worker.perform(work)
    if let applied = outcome.applied, !applied.changes.isEmpty { await backend.publish(applied) }
    return outcome.value
  }

  /// What the operator does with accounts of customers.
  private func customers(
    _ path: [String], _ call: ControlCall, _ exchange: Exchange
  ) async throws(ControlRefusal) -> ControlAnswer {
    guard let customers else {
      throw ControlRefusal(
        404, .notFound, "This edge has no public API. Start it with --api ADDRESS:PORT.")
    }
    switch call.verb {
    case .post:
      return try await change(with: exchange) { tree, noted throws(ControlRefusal) in
        guard noted.faults.isEmpty else { throw ControlRefusal(noted.faults) }
        return ZoneDesk.Outcome(answer: try customers.add(path, tree))
      }
    case .delete:
      return try await change { () throws(ControlRefusal) in
        ZoneDesk.Outcome(answer: try customers.remove(path))
      }
    default:
      return try await read { () throws(ControlRefusal) in
        ZoneDesk.Outcome(answer: try customers.show(path))
      }
    }
  }

  private static func noCountries(_ zone: String) -> String {
    "Countries count in cache keys of \(zone), and this edge knows none, so that all clients are in XX. "
      + "Start it with --country-database FILE."
  }

  /// As `change`, by the JSON text that the request carries, with what is wrong with that already. The work
  /// adds what else it finds, and changes nothing.
  func change(
    with exchange: Exchange,
    _ work:
      @escaping @Sendable (ConfigurationValue, inout ConfigurationDecoder) throws(ControlRefusal)
      -> ZoneDesk.Outcome
  ) async throws(ControlRefusal) -> ControlAnswer {
    let body = try await bodies.read(exchange)
    defer { bodies.release(body) }
    return try await change { () throws(ControlRefusal) in
      var decoder = ConfigurationDecoder()
      let tree: ConfigurationValue
      do throws(JSONError) {
        tree = try JSONParser.parse(body, maximumBytes: ControlLimits.bodyBytes, &decoder)
      } catch {
        throw ControlRefusal(error)
      }
      return try work(tree, &decoder)
    }
  }

  private func onWorker(_ work: @escaping Work) async throws(ControlRefusal) -> ZoneDesk.Outcome {
    let result = await worker.perform { () -> Result<ZoneDesk.Outcome, ControlRefusal> in
      do throws(ControlRefusal) { return .success(try work()) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
