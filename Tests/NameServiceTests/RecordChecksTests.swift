// Checking addresses, on a loop.

import Primitives
import Runtime
import Testing

@testable import NameService

/// Checks, and what came of them.
private final class ChecksTest: @unchecked Sendable {
  // Confined to the loop of `lane`.
  let checks: RecordChecks
  private(set) var told: [(zone: UInt64, ill: Set<CheckedAddress>)] = []
  private(set) var paid: Set<UInt64> = []
  let lane: Lane

  init(_ lane: Lane, allowing networks: [String] = ["127.0.0.0/8"]) {
    self.lane = lane
    checks = RecordChecks(
      loop: lane.loop, reader: SharedRuntime.other,
      rules: CheckRules(allowing: networks.compactMap { AddressRange($0) }))
    checks.tell { [self] zone, ill in
      told.append((zone.low, ill))
    } payment: { [self] ledger, zone in
      if ledger.ticks > 0 { paid.insert(zone.low) }
    }
  }

  static func record(_ port: UInt16, _ change: (inout HealthCheck) -> Void = { _ in })
    -> CheckedRecord
  {
    var check = HealthCheck(.tcp, port: port)
    check.intervalMilliseconds = 1_000
    change(&check)
    let target = CheckedAddress(
      address: SocketAddress(ipv4: 127, 0, 0, 1, port: port), check: check, host: "a.test")
    return CheckedRecord(number: 0, owner: "a.test", target: target)
  }

  func hold(
    _ zone: UInt64, _ records: [CheckedRecord], epoch: UInt64 = 1,
    by loop: EventLoop = SharedRuntime.loop
  ) {
    checks.hold(ZoneID(high: 0, low: zone), records, epoch: epoch, by: loop)
  }

  func release(_ zone: UInt64, by loop: EventLoop = SharedRuntime.loop) {
    checks.release(ZoneID(high: 0, low: zone), by: loop)
  }

  /// What was held and released before is in force.
  func settle() async {
    let mark = Guarded(false)
    lane.loop.systemLane.post { mark.withLock { $0 = true } }
    await lane.wait { mark.withLock { $0 } }
  }

  func report(_ zone: UInt64, _ record: CheckedRecord) -> HealthReport? {
    checks.report(of: ZoneID(high: 0, low: zone))[record.target]
  }

  func state(_ zone: UInt64, _ record: CheckedRecord) -> HealthReport.State? {
    report(zone, record)?.state
  }
}

@Suite("RecordChecks", .serialized)
struct RecordChecksTests {
  /// Nobody listens there.
  private static let dead: UInt16 = 1

  /// A socket that listens, whose connections nobody accepts but the kernel.
  private static func listen(_ lane: Lane) -> (socket: Channel, port: UInt16)? {
    let address = SocketAddress(ipv4: 127, 0, 0, 1, port: 0)
    guard let descriptor = try? Listener.listen(on: address, sharesPort: false) else { return nil }
    return (
      Channel(descriptor: descriptor, on: lane), Listener.localAddress(of: descriptor).port
    )
  }

  @Test("what can be connected to is well, what refuses is not, and the zone pays")
  func verdicts() async {
    let outcome = await SharedRuntime.run { lane -> [String] in
      guard let (socket, live) = Self.listen(lane) else { return ["no socket"] }
      defer { socket.close() }
      let test = ChecksTest(lane)
      let (good, bad) = (ChecksTest.record(live), ChecksTest.record(Self.dead))
      test.hold(1, [good, bad])
      await lane.wait { test.state(1, good) == .well && test.state(1, bad) == .ill }
      var said = test.told.map { "\($0.zone) \($0.ill.map(\.address.port) == [Self.dead])" }
      said.append(test.report(1, bad)?.finding ?? "")
      said.append(test.report(1, good)?.finding ?? "")
      said.append("\(test.paid)")
      test.release(1)
      await lane.wait { test.checks.count == 0 }
      said.append("\(test.report(1, good) == nil)")
      return said
    }
    #expect(outcome.first == "1 false")
    #expect(outcome.dropFirst().first == "1 true")
    #expect(outcome.contains { $0.contains("refused") } && outcome.contains("connected"))
    #expect(outcome.contains("[1]") && outcome.last == "true")
  }

  @Test("two loops that hold a zone have its addresses checked once, until both have let it go")
  func holders() async {
    let outcome = await SharedRuntime.run { lane -> [String] in
      guard let (socket, live) = Self.listen(lane) else { return ["no socket"] }
      defer { socket.close() }
      let test = ChecksTest(lane)
      let (good, bad) = (ChecksTest.record(live), ChecksTest.record(Self.dead))
      test.hold(1, [good, good, bad])
      test.hold(1, [good, bad], by: SharedRuntime.other)
      await lane.wait { test.state(1, bad) == .ill }
      var said = ["\(test.checks.count)"]
      // Who comes later is told at once.
      await test.settle()
      let before = test.told.count
      test.hold(1, [good, bad], by: SharedRuntime.other)
      await test.settle()
      said.append("\(test.told.count - before) \(test.told.last?.ill.count ?? 0)")
      // What is older than what is known changes nothing, what is newer does.
      test.hold(1, [good, bad], epoch: 3)
      test.hold(1, [], epoch: 2, by: SharedRuntime.other)
      await test.settle()
      said.append("\(test.checks.count) \(test.state(1, bad) == .ill)")
      test.hold(1, [good], epoch: 4)
      await test.settle()
      said.append("\(test.checks.count) \(test.told.last?.ill.count ?? 9)")
      test.release(1)
      await test.settle()
      said.append("\(test.checks.count)")
      test.release(1, by: SharedRuntime.other)
      await lane.wait { test.checks.count == 0 }
      return said
    }
    #expect(outcome == ["2", "1 1", "2 true", "1 0", "1"])
  }

  @Test("an address that accepts and says nothing is ill when its time is over")
  func silence() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let (socket, live) = Self.listen(lane) else { return "no socket" }
      defer { socket.close() }
      let test = ChecksTest(lane)
      let record = ChecksTest.record(live) {
        $0.kind = .http
        $0.timeoutMilliseconds = 100
      }
      test.hold(1, [record])
      await lane.wait { test.state(1, record) == .ill }
      test.release(1)
      await lane.wait { test.checks.count == 0 }
      return test.told.last.map { "\($0.ill.count)" } ?? ""
    }
    #expect(outcome == "1")
  }

  @Test("what the rules forbid is not asked, and counts as well") func forbidden() async {
    let outcome = await SharedRuntime.run { lane -> [String] in
      let test = ChecksTest(lane, allowing: [])
      let record = ChecksTest.record(Self.dead)
      test.hold(1, [record])
      await lane.wait { test.state(1, record) == .unchecked }
      let said = [
        "\(test.checks.count)", test.report(1, record)?.finding ?? "",
        "\(test.told.map(\.ill.count))",
      ]
      test.release(1)
      await lane.wait { test.report(1, record) == nil }
      return said
    }
    #expect(outcome == ["0", "no --health-check-network has this address", "[0]"])
  }
}
