// An edge for tests: it remembers what it was told.

import ConfigurationTree
import Control
import HTTP
import Primitives
import Runtime
import Zones

/// The edge behind the API under test.
final class TestBackend: EdgeBackend {
  /// What tests look at and prepare.
  struct State: Sendable {
    var published: [AppliedChanges] = []
    var charged: [TenantWork] = []
    var stops = 0
    var acceptsChanges = true
    var knowsCountries = false
    /// What the zones above say; of any other there is nobody to ask.
    var delegations: [String: ParentAnswer] = [:]
    var reading = LedgerReading(
      takenAt: Instant(nanoseconds: 0), epoch: 0, processCPUNanoseconds: 0)
    var upgrade: Result<UpgradeReport, ControlRefusal> = .success(
      UpgradeReport(processID: 7, version: "9.9"))
  }

  let state = Guarded(State())

  var published: [AppliedChanges] { state.withLock { $0.published } }

  func note(_ text: String) {}

  func charge(_ work: TenantWork) async { state.withLock { $0.charged.append(work) } }

  var acceptsChanges: Bool { state.withLock { $0.acceptsChanges } }
  var stops: Int { state.withLock { $0.stops } }

  func delegations(of name: String, zone: ZoneID) async -> ParentAnswer {
    state.withLock { $0.delegations[name] ?? .unasked }
  }

  func publish(_ applied: AppliedChanges) async {
    state.withLock { $0.published.append(applied) }
  }

  func facts() async -> EdgeFacts {
    var facts = EdgeFacts()
    facts.version = "1.2.3"
    facts.processID = 42
    facts.uptimeSeconds = 3_700
    facts.epoch = published.last?.sequence ?? 0
    facts.loops = [.init(name: "loop-0", cpu: 0, connections: 3, activeZones: 1)]
    facts.listeners = ["http 127.0.0.1:8080"]
    facts.notes = ["a note"]
    return facts
  }

  func ledger() async -> LedgerReading { state.withLock { $0.reading } }

  var knowsCountries: Bool { state.withLock { $0.knowsCountries } }

  func tiers(_ request: RequestHead?) async throws(ControlRefusal) -> ConfigurationValue {
    throw ControlRefusal(404, .notFound, "This edge stands alone.")
  }

  func health(of name: String) async throws(ControlRefusal) -> ConfigurationValue {
    guard name != "none.test" else { throw ControlRefusal(404, .notFound, "no zone") }
    return .object([("zone", .string(name)), ("records", .array([]))])
  }

  func beginPurge() -> UInt64? { nil }

  func abandonPurge(_ number: UInt64) {}

  func relay(
    _ number: UInt64, _ purge: ConfigurationValue, of zone: String,
    again: @Sendable () async -> Void
  ) async -> RelayedPurge? { nil }

  func inspect(
    _ request: RequestHead, at address: SocketAddress?
  ) async throws(ControlRefusal) -> ConfigurationValue {
    guard request.authority != Array("none.test".utf8) else {
      throw ControlRefusal(404, .notFound, "no zone")
    }
    let fields = request.fields
    return .object([
      ("host", .string(String(decoding: request.authority, as: UTF8.self))),
      ("path", .string(String(decoding: request.path, as: UTF8.self))),
      ("isHead", .bool(request.method == .head)), ("isTLS", .bool(request.scheme == .https)),
      ("client", address.map { .string($0.host) }),
      ("cookie", fields.text(.cookie).map { .string($0) }),
      ("language", fields.text(.acceptLanguage).map { .string($0) }),
    ])
  }

  func upgrade() async throws(ControlRefusal) -> UpgradeReport {
    try state.withLock { $0.upgrade }.get()
  }

  func stop() { state.withLock { $0.stops += 1 } }
}
