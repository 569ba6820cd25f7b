// The checks of one address.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Checks one address now and then: one connection at a time, on its zone's lane. Confined to its loop.
final class HealthProbe: LoopWork, @unchecked Sendable {
  // Confined to its loop.
  let target: CheckedAddress
  let zone: ZoneID
  let number: UInt64
  private(set) var health = AddressHealth()
  /// What the last check found; nil before that.
  private(set) var finding: String?
  // Kept while a check is under way that nobody wants any more.
  private let checks: RecordChecks
  private let parker: Parker
  private var begunAt = Instant(nanoseconds: 0)
  private(set) var isStopped = false
  /// The response to the check that is under way, or what is wrong with it.
  private var response: Result<UInt16, CheckFault>?

  init(
    _ target: CheckedAddress, of zone: ZoneID, number: UInt64, on lane: Lane, checks: RecordChecks
  ) {
    self.target = target
    self.zone = zone
    self.number = number
    self.checks = checks
    parker = Parker(on: lane)
    super.init(on: lane)
  }

  /// Its turn has come: checks, and tells `checks` when that has ended. The lane pays.
  func begin() {
    begunAt = loop.now
    response = nil
    // No capture list: the closure would lose the lane's isolation.
    lane.start { await self.check() }
  }

  /// Is not wanted any more; a check that is under way is given up.
  func stop() {
    isStopped = true
    setDeadline(.never)
    parker.cancel()
  }

  override func deadlineReached() { checks.isDue(self) }

  /// Plans the next check: an interval after the last began, sooner or later by a tenth, so that those of
  /// many addresses spread. Where `sharers` check the same address all of them are drawn out.
  func rest(sharers: Int) {
    let nanoseconds = Double(target.check.intervalMilliseconds) * 1_000_000
    let least = Double(sharers) * 1_000_000_000 / Double(NameServiceLimits.checksPerAddress)
    let interval = max(nanoseconds, least) * Double.random(in: 0.9...1.1)
    setDeadline(max(begunAt + .nanoseconds(Int64(interval)), loop.now))
  }

  private func check() async {
    let outcome = await ask()
    var hasChanged = false
    if !isStopped {
      switch outcome {
      case .success(let text):
        finding = text
        hasChanged = health.note(isGood: true, target.check, now: loop.now)
      case .failure(let fault):
        finding = fault.text
        hasChanged = health.note(isGood: false, target.check, now: loop.now)
      }
    }
    checks.ended(self, hasChanged: hasChanged)
  }

  // MARK: - One check

  private func ask() async -> Result<String, CheckFault> {
    var security: ClientSecurity?
    if target.check.kind == .https {
      switch await checks.security.security(for: target) {
      case .success(let made): security = made
      case .failure(let fault): return .failure(fault)
      }
    }
    let timeout = Duration.milliseconds(target.check.timeoutMilliseconds)
    let left = Int64(timeout / .nanoseconds(1)) - Int64(loop.now.nanoseconds(since: begunAt))
    do throws(HTTPClientError) {
      let opened = try await ClientConnection.open(
        to: [target.address], on: lane, timeout: .nanoseconds(max(1, left)), security: security,
        parker: parker)
      let connection = HTTP1ClientConnection(opened, owner: self)
      defer { connection.close() }
      guard target.check.kind != .tcp else { return .success("connected") }
      return try await status(on: connection, until: begunAt + timeout)
    } catch {
      return .failure(CheckFault(error.failure().detail))
    }
  }

  private func status(
    on connection: HTTP1ClientConnection, until deadline: Instant
  ) async throws(HTTPClientError) -> Result<String, CheckFault> {
    var request = ClientRequest()
    request.head.method = .get
    request.head.path = Array(target.check.path.utf8)
    request.head.authority = authority
    request.head.fields.append(.userAgent, "skerry health check")
    request.head.fields.append(.accept, "*/*")
    try connection.begin(&request, for: self)
    while true {
      switch response {
      case .success(let status):
        let text = "status \(status)"
        return target.check.statuses.contains(Int(status))
          ? .success(text) : .failure(CheckFault(text))
      case .failure(let fault): return .failure(fault)
      case nil: break
      }
      if await parker.park(until: deadline) != .woken, response == nil {
        return .failure(CheckFault("no response in time"))
      }
    }
  }

  private var authority: [UInt8] {
    let isUsual = target.check.port == target.check.kind.usualPort
    return Array((isUsual ? target.host : "\(target.host):\(target.check.port)").utf8)
  }
}

extension HealthProbe: ClientResponseReceiver {
  func interimCame(_ head: ResponseHead) {}

  func responseCame(_ response: inout FetchedResponse) {
    self.response = .success(response.head.status)
    response.body.abandon()
    parker.wake()
  }

  func exchangeFailed(_ error: HTTPClientError) {
    if response == nil { response = .failure(CheckFault(error.failure().detail)) }
    parker.wake()
  }
}

extension HealthProbe: ClientConnectionOwner {
  /// The task closes it.
  func connectionBecameIdle(_ connection: HTTP1ClientConnection) {}
  func connectionClosed(_ connection: HTTP1ClientConnection) {}
}
