// The health checks of records of the whole server.

package import Primitives
package import Runtime

/// Checks the addresses of records of all zones that some loop has in memory, each once for the server, on one
/// thread that serves no tenant and never waits for them. What is found is told to all loops, and zones pay.
///
/// Confined to its loop but for `hold` and `release`.
package final class RecordChecks: @unchecked Sendable {
  /// Is told which addresses of a zone are not well. On `loop`.
  package typealias Listener = @Sendable (ZoneID, Set<CheckedAddress>) -> Void
  /// Lets a zone pay for what checks took of `loop`. On that loop.
  package typealias Payment = @Sendable (LaneLedger, ZoneID) -> Void

  let loop: EventLoop
  let security: CheckSecurity
  private let rules: CheckRules
  private var queue: CheckQueue
  private var zones: [ZoneID: Zone] = [:]
  private var probes: [UInt64: HealthProbe] = [:]
  /// How many of them check an address, on whichever port.
  private var sharers: [SocketAddress: Int] = [:]
  /// Zones with addresses for which there was no room.
  private var lacking: Set<ZoneID> = []
  private var lastNumber: UInt64 = 0
  private var isStarting = false
  private var listener: Listener?
  private var payment: Payment?

  /// What is checked of one zone.
  private final class Zone {
    let lane: Lane
    var epoch: UInt64 = 0
    /// The loops that have it in memory.
    var holders: Set<ObjectIdentifier> = []
    /// Its addresses; nil is one that is not checked.
    var probes: [CheckedAddress: HealthProbe?] = [:]
    var ill: Set<CheckedAddress> = []

    init(on lane: Lane) { self.lane = lane }
  }

  /// Checks on `loop`, so many at once; authorities are read on `reader`. What `rules` forbid is not
  /// checked.
  package init(
    loop: EventLoop, reader: EventLoop, rules: CheckRules,
    places: Int = NameServiceLimits.checksAtOnce
  ) {
    self.loop = loop
    self.rules = rules
    security = CheckSecurity(reader: reader)
    queue = CheckQueue(places: places)
  }

  /// Tells `listener` of all that is found from now on. From any thread.
  package func tell(_ listener: @escaping Listener, payment: @escaping Payment) {
    loop.systemLane.post { [self] in
      self.listener = listener
      self.payment = payment
    }
  }

  /// `holder` has a zone in memory, with these records as of `epoch`: they are checked until all that hold it
  /// have released it. From any thread.
  package func hold(
    _ id: ZoneID, _ records: [CheckedRecord], epoch: UInt64, by holder: EventLoop
  ) {
    loop.systemLane.post { [self] in
      let zone = zones[id] ?? Zone(on: Lane(loop: loop, name: "health checks"))
      zones[id] = zone
      zone.holders.insert(ObjectIdentifier(holder))
      if epoch >= zone.epoch {
        zone.epoch = epoch
        watch(Set(records.map(\.target)), of: id, zone)
      }
      listener?(id, zone.ill)
    }
  }

  /// `holder` has the zone in memory no longer. From any thread.
  package func release(_ id: ZoneID, by holder: EventLoop) {
    loop.systemLane.post { [self] in
      guard let zone = zones[id] else { return }
      zone.holders.remove(ObjectIdentifier(holder))
      guard zone.holders.isEmpty else { return }
      watch([], of: id, zone)
      zones[id] = nil
      fillRoom()
    }
  }

  /// What is known of each address of a zone that is checked; empty if no loop has it in memory. On the loop.
  package func report(of id: ZoneID) -> [CheckedAddress: HealthReport] {
    guard let zone = zones[id] else { return [:] }
    var reports: [CheckedAddress: HealthReport] = [:]
    for (target, probe) in zone.probes {
      if let probe {
        reports[target] = HealthReport(probe, now: loop.now)
      } else {
        let isAllowed = rules.allow(target.address)
        reports[target] = HealthReport(
          unchecked: isAllowed
            ? "too many addresses are checked" : "no --health-check-network has this address")
      }
    }
    return reports
  }

  /// Addresses that are checked, of all zones. On the loop.
  package var count: Int { probes.count }

  // MARK: - What is checked

  /// What a zone has from now on. What it had before stays as it is.
  private func watch(_ targets: Set<CheckedAddress>, of id: ZoneID, _ zone: Zone) {
    for (target, probe) in zone.probes where !targets.contains(target) {
      zone.probes[target] = nil
      zone.ill.remove(target)
      guard let probe else { continue }
      probe.stop()
      probes[probe.number] = nil
      let address = Self.host(of: target)
      sharers[address] = sharers[address].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
    for target in targets where zone.probes[target] == nil {
      begin(target, of: id, zone)
    }
    start()
  }

  private func begin(_ target: CheckedAddress, of id: ZoneID, _ zone: Zone) {
    zone.probes[target] = .some(nil)
    guard rules.allow(target.address) else { return }
    guard probes.count < NameServiceLimits.checkedAddresses else {
      lacking.insert(id)
      return
    }
    lastNumber += 1
    let probe = HealthProbe(target, of: id, number: lastNumber, on: zone.lane, checks: self)
    zone.probes[target] = probe
    probes[lastNumber] = probe
    sharers[Self.host(of: target), default: 0] += 1
    queue.add(lastNumber, of: id)
  }

  /// Begins to check what found no room before.
  private func fillRoom() {
    while probes.count < NameServiceLimits.checkedAddresses, let id = lacking.popFirst() {
      guard let zone = zones[id] else { continue }
      for (target, probe) in zone.probes where probe == nil { begin(target, of: id, zone) }
    }
    start()
  }

  private static func host(of target: CheckedAddress) -> SocketAddress {
    var address = target.address
    address.port = 0
    return address
  }

  // MARK: - Checking

  /// An interval is over.
  func isDue(_ probe: HealthProbe) {
    guard !probe.isStopped else { return }
    queue.add(probe.number, of: probe.zone)
    start()
  }

  private func start() {
    // A check that ends at once is followed by the next one here.
    guard !isStarting else { return }
    isStarting = true
    while let (zone, number) = queue.next() {
      // It may have been stopped while it waited.
      guard let probe = probes[number] else {
        queue.ended(zone)
        continue
      }
      loop.charge(probe.lane)
      probe.begin()
      loop.charge(loop.systemLane)
    }
    isStarting = false
  }

  /// A check is over. Called on its lane, which pays no more.
  func ended(_ probe: HealthProbe, hasChanged: Bool) {
    loop.charge(loop.systemLane)
    queue.ended(probe.zone)
    payment?(probe.lane.ledger, probe.zone)
    probe.lane.ledger = LaneLedger()
    if !probe.isStopped {
      if hasChanged { note(probe) }
      probe.rest(sharers: sharers[Self.host(of: probe.target)] ?? 1)
    }
    start()
  }

  private func note(_ probe: HealthProbe) {
    guard let zone = zones[probe.zone] else { return }
    let before = zone.ill
    if probe.health.verdict == .ill {
      zone.ill.insert(probe.target)
    } else {
      zone.ill.remove(probe.target)
    }
    if zone.ill != before { listener?(probe.zone, zone.ill) }
  }
}
