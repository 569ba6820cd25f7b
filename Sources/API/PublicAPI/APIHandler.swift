// The public API behind a listener of its own.

package import Control
package import Exchange
import HTTP
package import Primitives
import Runtime
import Storage
package import Zones

/// Answers customers' requests: each account on lanes of its own, and with one piece of work at a time with the
/// store, so that a flood of one account's makes no other wait.
///
/// Confined to the loop of the operator's API, whose turn changes take and whose storage thread does the work; no
/// tenant's traffic is on either.
package final class APIHandler: ExchangeHandler, @unchecked Sendable {
  // Confined to `loop`.
  private let loop: EventLoop
  private let control: ControlHandler
  private let desk: APIDesk
  private let connections = CountedConnections(limit: APILimits.connections)
  private let bodies = RequestBodies(
    bodyBytes: APILimits.bodyBytes, totalBytes: APILimits.bodiesBytes,
    advice: "Send it in parts.")
  private var customers: [ObjectID: ActiveCustomer] = [:]
  /// Whose credentials are known, by their digests.
  private var principals: [[UInt8]: Principal] = [:]
  /// Finds the names of the servers that the zone above names for a zone.
  private let delegation: @Sendable (_ name: String, _ zone: ZoneID) async -> [String]?

  /// A handler beside `control`. `delegation` asks for the name servers that the zone above names; nil if nobody
  /// can tell.
  package init(
    control: ControlHandler, store: ZoneStore, platform: PublicPlatform,
    delegation: @escaping @Sendable (_ name: String, _ zone: ZoneID) async -> [String]?
  ) {
    self.control = control
    self.delegation = delegation
    loop = control.lane.loop
    desk = APIDesk(store: CustomerStore(store), platform: platform)
    control.customers = OperatorDesk(desk: desk) { [control] in
      control.lane.post { [weak self] in self?.principals = [:] }
    }
  }

  /// Refuses at once what can be refused at once; the rest is done by a task of the account's lane.
  package func handle(_ exchange: Exchange) -> Handling {
    do throws(APIError) {
      try begin(exchange)
      return .pending
    } catch {
      APIAnswer(error).write(to: exchange)
      return .responded
    }
  }

  private func begin(_ exchange: Exchange) throws(APIError) {
    var call = try APICall(exchange.request)
    if call.route.need == .nothing {
      return start(exchange, call, nobody)
    }
    let principal = try principal(exchange.request)
    call.principal = principal
    let customer = customer(principal.account)
    guard customer.window.take(at: loop.now) else {
      var error = APIError(
        429, 971,
        "Please wait and consider throttling your request speed: \(customer.window.limit) requests in "
          + "\(APILimits.window.components.seconds) seconds")
      error.fields = customer.window.fields(at: loop.now)
      error.fields.append(("Retry-After", String(customer.window.secondsLeft(at: loop.now))))
      throw error
    }
    start(exchange, call, customer)
  }

  private lazy var nobody = ActiveCustomer(
    Account(
      id: ObjectID(high: 0, low: 0), name: "", email: "", created: WallTime(seconds: 0)),
    loop: loop, worker: control.worker, bodies: bodies)

  private func start(_ exchange: Exchange, _ call: APICall, _ customer: ActiveCustomer) {
    exchange.move(to: customer.lane)
    guard exchange.sink?.serve(exchange, on: customer.lane, for: connections) != false else {
      return refuse(exchange, .busy("\(APILimits.connections) connections to the API are open"))
    }
    guard customer.pendingCount < APILimits.concurrentRequests else {
      var error = APIError(
        429, 971,
        "Please wait: \(customer.pendingCount) requests of the account are being worked on")
      error.fields = [("Retry-After", "1")]
      return refuse(exchange, error)
    }
    customer.pendingCount += 1
    customer.lane.start { await self.perform(call, exchange, customer) }
  }

  private func refuse(_ exchange: Exchange, _ error: APIError) {
    loop.systemLane.post {
      APIAnswer(error).write(to: exchange)
      exchange.sink?.respond(exchange)
    }
  }

  /// The account's lanes, made with its first request.
  private func customer(_ account: Account) -> ActiveCustomer {
    if let known = customers[account.id] { return known }
    if customers.count >= APILimits.customers {
      customers = customers.filter { $0.value.pendingCount > 0 }
    }
    let made = ActiveCustomer(
      account, loop: loop, worker: control.worker, bodies: bodies)
    customers[account.id] = made
    return made
  }

  // MARK: - Who asks

  private func principal(_ head: RequestHead) throws(APIError) -> Principal {
    if let text = head.fields.text(.authorization) {
      guard text.lowercased().hasPrefix("bearer "), text.utf8.count <= 512 else {
        throw Self.badHeader("Invalid format for Authorization header")
      }
      let found = try principal(secret: String(text.dropFirst(7)).trimmed)
      guard let found, let token = found.token else {
        throw APIError(403, 9_109, "Invalid access token")
      }
      switch token.status(at: SystemClock.wall) {
      case "active": return found
      case let status: throw APIError(403, 9_109, "Invalid access token: it is \(status)")
      }
    }
    guard let email = Self.field("x-auth-email", head), let key = Self.field("x-auth-key", head)
    else { throw Self.badHeader("Missing Authorization header") }
    guard key.utf8.count <= 512, let found = try principal(secret: key[...]), found.token == nil,
      found.account.email == email.lowercased()
    else { throw APIError(403, 9_103, "Unknown X-Auth-Key or X-Auth-Email") }
    return found
  }

  private static func badHeader(_ problem: String) -> APIError {
    var error = APIError(400, 6_003, "Invalid request headers")
    error.chain = [APIFault(6_111, problem)]
    error.fields = [("WWW-Authenticate", "Bearer realm=\"skerry\"")]
    return error
  }

  private static func field(_ name: String, _ head: RequestHead) -> String? {
    for index in 0..<head.fields.count {
      let isIt = head.fields.withName(at: index) { found in
        found.count == name.utf8.count
          && zip(found.indices, name.utf8).allSatisfy { found[$0].asciiLowercased == $1 }
      }
      guard isIt else { continue }
      return head.fields.withValue(at: index) { value in
        var copy: [UInt8] = []
        copy.append(value)
        return String(decoding: copy, as: UTF8.self)
      }
    }
    return nil
  }

  /// Remembered, or looked up: three look-ups in memory that is mapped.
  private func principal(secret: Substring) throws(APIError) -> Principal? {
    guard let secret = Secret(String(secret)) else { return nil }
    if let known = principals[secret.digest] { return known }
    let found: Principal?
    do throws(StorageError) { found = try desk.store.principal(secret.digest) } catch {
      throw APIError(error)
    }
    guard let found else { return nil }
    if principals.count >= APILimits.principals { principals = [:] }
    principals[secret.digest] = found
    return found
  }

  // MARK: - Doing it

  private func perform(
    _ call: APICall, _ exchange: Exchange, _ customer: ActiveCustomer
  ) async {
    var answer: APIAnswer
    do throws(APIError) { answer = try await self.answer(call, exchange, customer) } catch {
      answer = APIAnswer(error)
    }
    customer.pendingCount -= 1
    if call.principal != nil { answer.fields += customer.window.fields(at: loop.now) }
    answer.write(to: exchange)
    exchange.sink?.respond(exchange)
  }

  private func answer(
    _ call: APICall, _ exchange: Exchange, _ customer: ActiveCustomer
  ) async throws(APIError) -> APIAnswer {
    var call = call
    if call.route.takesBody, exchange.requestBody != nil {
      do throws(ControlRefusal) { call.body = try await customer.bodies.read(exchange) } catch {
        throw APIError(error)
      }
    }
    defer { customer.bodies.release(call.body) }
    await customer.turn.enter()
    defer { customer.turn.leave() }
    let complete = call
    let outcome = try await outcome(complete, customer)
    if outcome.changesCredentials { principals = [:] }
    if let purge = outcome.purge {
      do throws(ControlRefusal) {
        _ = try await control.purgeEverywhere(purge.zone, purge.tree, on: customer.lane)
      } catch { throw APIError(error) }
    }
    if let checked = outcome.checked { try await check(checked, complete, customer) }
    return outcome.answer
  }

  private func outcome(
    _ call: APICall, _ customer: ActiveCustomer
  ) async throws(APIError) -> APIOutcome {
    var desk = desk
    if !call.route.isChange {
      let reader = desk
      let result = await customer.workerLane.run { Self.perform(call, reader) }
      // Records that the operator made get identities before they are shown.
      guard case .failure(let error) = result, error.needsTurn else { return try result.get() }
    }
    desk.mayWrite = true
    let writer = desk
    return try await commit(customer) { Self.perform(call, writer) }
  }

  private static func perform(_ call: APICall, _ desk: APIDesk) -> Result<APIOutcome, APIError> {
    do throws(APIError) { return .success(try desk.perform(call)) } catch {
      return .failure(error)
    }
  }

  private func commit(
    _ customer: ActiveCustomer,
    _ work: @escaping @Sendable () -> Result<APIOutcome, APIError>
  ) async throws(APIError) -> APIOutcome {
    let result: Result<APIOutcome, APIError>
    do throws(ControlRefusal) {
      result = try await control.commit(on: customer.lane) {
        let outcome = work()
        var applied: AppliedChanges?
        if case .success(let done) = outcome { applied = done.applied }
        return (outcome, applied)
      }
    } catch { throw APIError(error) }
    return try result.get()
  }

  /// Looks at a zone's delegation, and notes whether it leads to us.
  private func check(
    _ zone: (id: ZoneID, name: String, nameServers: [String]), _ call: APICall,
    _ customer: ActiveCustomer
  ) async throws(APIError) {
    guard let principal = call.principal else { return }
    guard let found = await delegation(zone.name, zone.id) else { return }
    let isActive = zone.nameServers.allSatisfy { found.contains($0) }
    let desk = desk
    _ = try await commit(customer) {
      do throws(APIError) {
        try desk.activate(zone.id, isActive, principal)
        return .success(APIOutcome(APIText.null))
      } catch { return .failure(error) }
    }
  }
}
