// A fleet, its links, its origin and its clients.

import Cache
import ConfigurationTree
import Exchange
import Glibc
import HTTP
import Primitives
import Runtime
import Tiers

/// Runs a plan in virtual time. Confined to its loop.
final class SimulatedWorld: @unchecked Sendable {
  // Confined to its loop.
  let plan: SimulationPlan
  let loop: EventLoop
  let topology: TierTopology
  private let time: VirtualTime
  private var numbers: SeededNumbers
  /// The cities of the PoPs.
  private let cities: [City]
  private(set) var servers: [SimulatedServer] = []
  private(set) lazy var origin = SimulatedOrigin(self)
  var report = SimulationReport()
  /// The oldest version of each object that a request may be answered with from now on.
  private var validSince: [Int]
  /// The same at single servers, by server: where those that a purge did not reach can't be asked.
  private var validThere: [[Int: Int]]
  /// How much longer what a server sends takes.
  private var delays: [Duration]
  private var cuts: [Cut] = []
  private var slowLinks: [SlowLink] = []
  private(set) var faults: [Fault] = []
  private var visits: [Int: SimulatedVisit] = [:]
  private(set) var purges: [PurgedVersion] = []
  /// When purges of objects were given last to servers that were owed them.
  private(set) var givenAgainAt: [Int: Instant] = [:]

  /// Packets from one PoP to another are lost until then.
  private struct Cut {
    let from: Int
    let to: Int
    let end: Instant
  }

  /// Packets from one PoP to another take so much longer until then.
  private struct SlowLink {
    let from: Int
    let to: Int
    let delay: Duration
    let end: Instant
  }

  /// Something that happened, and whom it may explain extra fetches of.
  struct Fault {
    let text: String
    let servers: Set<Int>
    let begin: Instant
    let end: Instant
    /// The PoPs that it lies between, where it is a link's.
    var link: (from: Int, to: Int)?
    /// What is sent arrives, but late.
    var isSlow = false
    /// The process died, and its cache with it.
    var isCrash = false
    var losesCache = false

    /// Whether it is felt at a moment.
    func covers(_ moment: Instant) -> Bool {
      begin <= moment && moment <= end + SimulatedWorld.aftermath
    }
  }

  /// A purge of what an object was before a version.
  struct PurgedVersion {
    let object: Int
    let version: Int
    let at: Instant
    /// Who owes it to others, under which number.
    var owed: (server: String, number: UInt64)?
    /// It has been made, here at least.
    var isAcknowledged = false
    /// When all servers had made it.
    var heldAt: Instant?
  }

  init(_ plan: SimulationPlan, _ loop: EventLoop, _ time: VirtualTime) {
    self.plan = plan
    self.loop = loop
    self.time = time
    numbers = SeededNumbers(seed: plan.seed)
    validSince = Array(repeating: 1, count: plan.objects)
    validThere = []
    let map = SimulatedMap(plan, &numbers)
    topology = map.topology
    cities = map.cities
    delays = Array(repeating: .zero, count: topology.servers.count)
    servers = topology.servers.indices.map { SimulatedServer(at: $0, in: self) }
    validThere = Array(repeating: [:], count: servers.count)
  }

  // MARK: - Time and space

  var now: Instant { loop.now }

  func after(_ duration: Duration, _ body: @escaping () -> Void) {
    time.schedule(at: now + duration, body)
  }

  func latency(_ server: Int, to pop: Int) -> Duration {
    City.latency(cities[topology.servers[server].pop], cities[pop])
  }

  /// Carries a message: it arrives after those of the same connection and direction before it, and, if the
  /// link is cut, once that is whole.
  func deliver(
    from: SimulatedServer, to: SimulatedServer, after last: inout Instant,
    _ body: @escaping () -> Void
  ) {
    let way = latency(from.position, to: to.pop)
    let jitter = Duration.nanoseconds(Int64(numbers.next() % (way.wholeNanoseconds / 8)))
    var sent = now
    for cut in cuts where cut.from == from.pop && cut.to == to.pop { sent = max(sent, cut.end) }
    var arrival = sent + way + jitter + delays[from.position]
    for link in slowLinks where link.from == from.pop && link.to == to.pop {
      arrival = arrival + link.delay
    }
    last = max(last, arrival)
    time.schedule(at: last, body)
  }

  /// How long the origin thinks.
  func thinkTime(_ object: Int) -> Duration { .milliseconds(5 + object % 7 * 10) }

  // MARK: - The run

  /// Plays the plan to its end.
  func run() async -> SimulationReport {
    for server in servers { server.start() }
    // Connections are opened and measured first.
    await rest(.seconds(6))
    let begin = now
    scheduleRequests(from: begin)
    scheduleFaults(from: begin)
    schedulePurges(from: begin)
    await rest(plan.duration)
    // Whatever was broken is whole by now, and what was owed is given.
    for _ in 0..<60 {
      for server in servers { server.settle() }
      await rest(.seconds(2))
      if visits.isEmpty, servers.allSatisfy({ $0.ledger.isEmpty }) { break }
    }
    await finish()
    judge()
    await end()
    return report
  }

  /// Lets go of everything, for the worlds that follow.
  private func end() async {
    for server in servers { server.stop() }
    await rest(.seconds(130))
    time.forget()
    servers = []
  }

  private func rest(_ duration: Duration) async {
    let parker = Parker(on: loop.systemLane)
    let due = now + duration
    while now < due { _ = await parker.park(until: due) }
  }

  private func scheduleRequests(from begin: Instant) {
    let ranks = ZipfRanks(plan.objects, exponent: 0.9)
    let edges = topology.servers(of: .edge)
    for _ in 0..<plan.requests {
      let object = ranks.draw(&numbers)
      let server = edges[numbers.below(edges.count)]
      let offset = Duration.microseconds(numbers.below(Int(plan.duration / .microseconds(1))))
      time.schedule(at: begin + offset) { [self] in visit(object, at: servers[server]) }
    }
  }

  private func visit(_ object: Int, at server: SimulatedServer) {
    // Clients reach another server of those who advertise the address.
    let others = servers[server.position...] + servers[..<server.position]
    guard let server = others.first(where: { $0.isCurrent }) else { return }
    report.requests += 1
    let visit = SimulatedVisit(report.requests, object, at: server)
    visits[visit.number] = visit
    visit.begin()
  }

  func ended(_ visit: SimulatedVisit, fault: String?, isLost: Bool) {
    visits[visit.number] = nil
    mix(UInt64(visit.object), now.nanoseconds, isLost ? 1 : 0)
    if isLost { report.lost += 1 }
    guard let fault else { return }
    if fault == SimulatedVisit.breakOff, isExplained(breakOf: visit) {
      report.breaks += 1
    } else {
      violate("object \(visit.object) at \(visit.server.name): \(fault)")
    }
  }

  /// Asks for what was purged and for the most popular objects once more, somewhere: all must be as they are at the
  /// origin.
  private func finish() async {
    for server in servers where !server.ledger.isEmpty {
      let owed = Set(server.ledger.map(\.server)).sorted().prefix(5).joined(separator: ", ")
      violate("\(server.name) owes purges for ever: to \(owed)")
    }
    for purge in purges where purge.isAcknowledged { hold(purge.object, purge.version) }
    let popular = plan.isCalm ? [] : Array(0..<min(plan.objects, 200))
    for object in popular + purges.map(\.object) {
      visit(object, at: servers[numbers.below(servers.count)])
    }
    await rest(.seconds(30))
    for visit in visits.values.sorted(by: { $0.number < $1.number }) {
      violate("object \(visit.object) at \(visit.server.name): no answer")
    }
  }

  // MARK: - Faults

  private func scheduleFaults(from begin: Instant) {
    let length = Int(plan.duration / .milliseconds(1))
    func moment() -> Instant { begin + .milliseconds(numbers.below(max(1, length * 3 / 4))) }
    func duration() -> Duration { .milliseconds(200 + numbers.below(12_000)) }
    for _ in 0..<plan.crashes {
      let (server, keeps) = (victim(), numbers.isTrue(oneIn: 2))
      let (at, length) = (moment(), duration())
      time.schedule(at: at) { [self] in crash(servers[server], keeps, length) }
    }
    for _ in 0..<plan.slowServers {
      let (server, delay) = (victim(), Duration.milliseconds(100 + numbers.below(3_000)))
      let (at, length) = (moment(), duration())
      time.schedule(at: at) { [self] in slow(server, delay, length) }
    }
    for _ in 0..<plan.partitions {
      let (one, other) = (topology.servers[victim()].pop, topology.servers[victim()].pop)
      let (isOneWay, at, length) = (numbers.isTrue(oneIn: 3), moment(), duration())
      guard one != other else { continue }
      time.schedule(at: at) { [self] in cut(one, other, isOneWay, length) }
    }
    for _ in 0..<plan.slowLinks {
      let (one, other) = (topology.servers[victim()].pop, topology.servers[victim()].pop)
      let delay = Duration.milliseconds(100 + numbers.below(3_000))
      let (isOneWay, at, length) = (numbers.isTrue(oneIn: 3), moment(), duration())
      guard one != other else { continue }
      time.schedule(at: at) { [self] in slow(one, other, isOneWay, delay, length) }
    }
  }

  /// Parents fail more often than so few among so many would.
  private func victim() -> Int {
    let tier: TierTopology.Tier = [.edge, .regional, .upper][numbers.below(3)]
    let candidates = topology.servers(of: tier)
    return candidates[numbers.below(candidates.count)]
  }

  private func crash(_ server: SimulatedServer, _ keepsCache: Bool, _ length: Duration) {
    guard server.isUp else { return }
    mix(UInt64(faults.count), now.nanoseconds, 2)
    faults.append(
      Fault(
        text: "\(server.name) crashes\(keepsCache ? "" : " and loses its cache")",
        servers: [server.position], begin: now, end: now + length, isCrash: true,
        losesCache: !keepsCache))
    server.crash(keepsCache: keepsCache)
    for visit in visits.values.sorted(by: { $0.number < $1.number }) where visit.server === server {
      visit.serverDied()
    }
    after(length) { server.start() }
  }

  private func slow(_ server: Int, _ delay: Duration, _ length: Duration) {
    fault("\(servers[server].name) is slow by \(delay)", [server], length, isSlow: true)
    delays[server] = delay
    after(length) { [self] in delays[server] = .zero }
  }

  private func cut(_ one: Int, _ other: Int, _ isOneWay: Bool, _ length: Duration) {
    let pops = [one, other].map { topology.pops[$0].name }
    fault(
      isOneWay
        ? "\(pops[0]) is not heard by \(pops[1])"
        : "\(pops[0]) and \(pops[1]) do not hear each other",
      ends(one, other), length, (one, other))
    cuts.append(Cut(from: one, to: other, end: now + length))
    if !isOneWay { cuts.append(Cut(from: other, to: one, end: now + length)) }
    after(length) { [self] in cuts.removeAll { $0.end <= now } }
  }

  private func slow(
    _ one: Int, _ other: Int, _ isOneWay: Bool, _ delay: Duration, _ length: Duration
  ) {
    let pops = [one, other].map { topology.pops[$0].name }
    fault(
      isOneWay
        ? "\(pops[0]) is heard by \(pops[1]) late by \(delay)"
        : "\(pops[0]) and \(pops[1]) hear each other late by \(delay)",
      ends(one, other), length, (one, other), isSlow: true)
    slowLinks.append(SlowLink(from: one, to: other, delay: delay, end: now + length))
    if !isOneWay {
      slowLinks.append(SlowLink(from: other, to: one, delay: delay, end: now + length))
    }
    after(length) { [self] in slowLinks.removeAll { $0.end <= now } }
  }

  /// The servers at both ends of a link between PoPs.
  private func ends(_ one: Int, _ other: Int) -> Set<Int> {
    Set(topology.pops[one].servers + topology.pops[other].servers)
  }

  private func fault(
    _ text: String, _ servers: Set<Int>, _ length: Duration, _ link: (from: Int, to: Int)? = nil,
    isSlow: Bool = false
  ) {
    mix(UInt64(faults.count), now.nanoseconds, 2)
    faults.append(
      Fault(
        text: text, servers: servers, begin: now, end: now + length, link: link, isSlow: isSlow))
  }

  /// Whether a server died while a response was on its way that may have come by it: one of those whom its server
  /// asks, or whom they ask.
  private func isExplained(breakOf visit: SimulatedVisit) -> Bool {
    let onTheWay = reached(by: visit.server.position, visit.object)
    return faults.contains { fault in
      fault.isCrash && fault.begin + .seconds(2) >= visit.begunAt
        && !fault.servers.isDisjoint(with: onTheWay)
    }
  }

  /// A server and those who may be asked as it asks for an object: by it, or by those whom it asks.
  func reached(by server: Int, _ object: Int) -> Set<Int> {
    var reached: Set<Int> = [server]
    for _ in 0..<3 {
      for server in reached { reached.formUnion(asked(by: server, object)) }
    }
    return reached
  }

  /// Whom a server may ask for an object.
  func asked(by server: Int, _ object: Int) -> Set<Int> {
    let network = servers[server].network
    let distances = network.nearness.distances(of: Self.zoneName, in: topology, at: now)
    let steps = network.route.steps(
      for: ServerRanking.hash(Self.host, Array(Self.path(object).utf8)), isFromBeside: false,
      above: network.above, detours: OriginNearness.detours(distances))
    return Set(steps.map(\.servers).joined())
  }

  /// How long after its end a fault may still be felt: a server is looked for every five seconds, and what a slow one
  /// sent last is three seconds on its way.
  static let aftermath = Duration.seconds(8)

  // MARK: - Purges

  private func schedulePurges(from begin: Instant) {
    let ranks = ZipfRanks(plan.objects, exponent: 0.9)
    for _ in 0..<plan.purges {
      let object = ranks.draw(&numbers)
      let server = numbers.below(servers.count)
      let offset = Duration.milliseconds(numbers.below(Int(plan.duration / .milliseconds(1))))
      time.schedule(at: begin + offset) { [self] in purge(object, at: servers[server]) }
    }
  }

  private func purge(_ object: Int, at server: SimulatedServer) {
    guard server.isCurrent else { return }
    origin.versions[object] += 1
    let version = origin.versions[object]
    report.purges += 1
    let index = purges.count
    purges.append(PurgedVersion(object: object, version: version, at: now))
    server.purgeEverywhere(object) { [self] away, number in
      mix(UInt64(object), now.nanoseconds, UInt64(3 + away.count))
      purges[index].isAcknowledged = true
      guard let number, server.ledger.contains(where: { $0.purge.number == number }) else {
        return held(index)
      }
      report.owedPurges += 1
      purges[index].owed = (server.name, number)
      hold(object, version, but: Set(away.compactMap { topology.server(named: $0) }))
    }
  }

  /// Nothing older is answered from now on.
  private func held(_ index: Int) {
    purges[index].heldAt = now
    hold(purges[index].object, purges[index].version)
  }

  private func hold(_ object: Int, _ version: Int) {
    validSince[object] = max(validSince[object], version)
  }

  /// Nothing older is answered by those that were reached, unless they may ask one who was `away`.
  private func hold(_ object: Int, _ version: Int, but away: Set<Int>) {
    let asked = servers.indices.map { self.asked(by: $0, object) }
    for server in servers.indices {
      var reached: Set<Int> = [server]
      for _ in 0..<3 { for one in reached { reached.formUnion(asked[one]) } }
      guard reached.isDisjoint(with: away) else { continue }
      validThere[server][object] = max(validThere[server][object] ?? 0, version)
      report.heldAtOnce.count += 1
    }
    report.heldAtOnce.of += servers.count
  }

  /// The oldest version of an object that a server may answer with from now on.
  func oldestVersion(of object: Int, at server: Int) -> Int {
    max(validSince[object], validThere[server][object] ?? 0)
  }

  /// A purge of an object was given to one who was owed it, and to those below.
  func gaveAgain(_ object: Int?) {
    if let object { givenAgainAt[object] = now }
  }

  /// A server has given a purge to the last of those whom it owed that.
  func settled(_ number: UInt64, by server: SimulatedServer) {
    for (index, purge) in purges.enumerated()
    where purge.owed ?? ("", 0) == (server.name, number) {
      // Those below them are told next.
      after(.seconds(10)) { [self] in held(index) }
    }
  }

  // MARK: - The record

  /// The origin is asked.
  func note(_ object: Int, _ version: Int, _ server: Int) {
    mix(UInt64(object), now.nanoseconds, UInt64(server))
  }

  func violate(_ text: String) {
    report.violations.append("seed \(plan.seed), \(second(now)) s: \(text)")
  }

  func second(_ instant: Instant) -> UInt64 { instant.nanoseconds / 1_000_000_000 % 100_000 }

  private func mix(_ values: UInt64...) {
    for value in values {
      report.trace = (report.trace ^ value) &* 0x0000_0100_0000_01b3
      report.trace ^= report.trace >> 29
    }
  }
}

extension SimulatedWorld {
  static let zone = ZoneID(high: 1, low: 2)
  static let zoneName = "www.example"
  static let host = Array(zoneName.utf8)

  static func path(_ object: Int) -> String { "/o/\(object)" }

  /// What a purge is in a message.
  static func text(_ object: Int?) -> [UInt8] { Array((object.map { "\($0)" } ?? "all").utf8) }
  static func object(_ text: [UInt8]) -> Int? { Int(String(decoding: text, as: UTF8.self)) }

  /// An object's content: every tenth comes in pieces.
  static func content(_ object: Int, _ version: Int) -> [Bytes] {
    let count = object % 10 == 3 ? 4 : 1
    return (0..<count).map { piece in
      Bytes(Array("object \(object) version \(version) piece \(piece + 1) of \(count)\n".utf8))
    }
  }

  /// Which object and version content is; nil if it is not all of one.
  static func read(_ content: [UInt8]) -> (object: Int, version: Int)? {
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
    let words = lines.map { $0.split(separator: " ") }
    guard let first = words.first, first.count == 8, let object = Int(first[1]),
      let version = Int(first[3]), let count = Int(first[7]), words.count == count
    else { return nil }
    for (index, line) in words.enumerated() {
      guard line.count == 8, line[1] == first[1], line[3] == first[3], Int(line[5]) == index + 1
      else { return nil }
    }
    return (object, version)
  }

  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

  /// All fields of a response, those that were stored with it first.
  static func gather(_ response: Response, into fields: inout FieldBlock) {
    for block in [response.stored?.fields ?? FieldBlock(), response.fields] {
      for index in block.entries.indices {
        var (name, value): ([UInt8], [UInt8]) = ([], [])
        block.withName(at: index) { name.append($0) }
        block.withValue(at: index) { value.append($0) }
        fields.append(
          String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
      }
    }
  }
}
