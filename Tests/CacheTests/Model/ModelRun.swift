// One sequence of operations of the model test.

import Exchange
import HTTP
import Primitives
import Runtime
import Storage

@testable import Cache

/// One sequence of operations. Confined to its loop.
final class ModelRun: @unchecked Sendable {
  // Confined to the loop of its cache.
  private var random: SplitMix64
  let plan: ModelPlan
  let origin = ModelOrigin()
  let cache: DiskBackedCache
  var oracle = OracleCache()
  /// What the disk may have after a kill.
  var history = ModelHistory()
  var now = 1_800_000_000
  /// How far the cache's wall clock is ahead of the origin's.
  var skew = 0
  /// The answer that was judged last was one from the store.
  var hasUsedStored = false
  var counts = Counts()
  /// What happened last; made into text only if something is wrong.
  var trail: [() -> String] = []

  private var pathTrails: [String: [() -> String]] = [:]

  /// What was met.
  struct Counts {
    var requests = 0
    /// Answers from the store, and parts of stored responses.
    var stored = 0
    var parts = 0
    /// Requests that found something on the disk.
    var diskUses = 0
    var kills = 0
    /// Records that were there after a kill, and states that a kill took or brought back.
    var found = 0
    var differing = 0
  }

  init(seed: UInt64, _ plan: ModelPlan, _ folder: String, on lane: Lane) {
    random = SplitMix64(seed: seed)
    self.plan = plan
    let origin = origin
    cache = DiskBackedCache(
      folder, zone: ZoneID(high: 3, low: seed), on: lane,
      ramBytes: plan.isWide ? 256 << 20 : 64 << 20,
      diskBytes: plan.isWide ? 2 << 30 : 64 << 20,
      TestOrigin { (fetch, _) throws(Failure) in try origin.answer(fetch) })
  }

  /// What was met too seldom to say anything; nil if all was.
  var coverage: String? {
    let isEnough =
      counts.diskUses > 100
      && (!plan.isWide
        || counts.stored > 2_500 && counts.parts > 125 && counts.kills > 20
          && counts.found > 250 && counts.differing > 20)
    return isEnough ? nil : "some things were met too seldom: \(counts)"
  }

  /// What went wrong first, with the operation's number; nil if nothing did.
  func run(_ count: Int) async throws -> String? {
    try await start()
    for path in plan.paths { change(path) }
    var fault: String?
    for number in 0..<count where fault == nil {
      fault = try await step().map { fault in
        let told = trail.map { $0() }.joined(separator: "\n")
        return "operation \(number): \(fault), after:\n\(told)"
      }
      if plan.kills > 0 { noteCommits(number) }
    }
    await cache.stop()
    return fault
  }

  private func step() async throws -> String? {
    switch plan.operation(Int.random(in: 0..<1_000, using: &random)) {
    case .change: change(pickPath())
    case .moment:
      now += pickSeconds()
      setTime()
    case .skew:
      skew = pick([0, 0, -1_000, -30, -1, 1, 30, 1_000])
      setTime()
    case .health:
      origin.setHealth(pick(plan.isWide ? [200, 200, 200, 503, 0] : [200, 200, 503, 0]))
    case .purge: purge()
    case .restart: try await restart()
    case .kill: return try await kill()
    case .request: return await request()
    }
    return nil
  }

  /// Keeps what was noted last with the path that it is about.
  func noteOf(_ path: String) {
    guard let last = trail.last else { return }
    pathTrails[path, default: []].append(last)
    if pathTrails[path, default: []].count > 6 { pathTrails[path, default: []].removeFirst() }
  }

  /// What the disk has of a path, and what was noted of it, for who looks for a fault.
  func tellDisk(_ path: String) async {
    let records = await cache.records(path, at: time)
    let figures = cache.process?.disk.figures
    let told = pathTrails[path, default: []].map { $0() }.joined(separator: "\n")
    note {
      """
      the disk has \(records.count) of \(path): \(records.map { "\($0)".prefix(300) })
      dropped \(figures?.dropped ?? 0), refused \(figures?.refused ?? 0), evicted \(figures?.evicted ?? 0), \
      busy \(figures?.busy ?? 0), faults \(figures?.readFaults ?? 0) and \(figures?.writeFaults ?? 0)
      before that of \(path):
      \(told)
      """
    }
  }

  func note(_ text: @escaping () -> String) {
    trail.append(text)
    trail.removeFirst(max(0, trail.count - 12))
  }

  // MARK: - Chance

  func pick<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &random)] }
  func happens(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

  /// Of many paths some are asked for far more often.
  func pickPath() -> String {
    guard plan.isWide else { return pick(plan.paths) }
    let share = Double.random(in: 0..<1, using: &random)
    return plan.paths[Int(share * share * Double(plan.paths.count))]
  }

  private func pickSeconds() -> Int {
    let all = [0, 1, 1, 2, 5, 9, 10, 11, 30, 60, 100, 1_000, 100_000]
    guard plan.isWide else { return pick(all) }
    return happens(40) ? pick([1_000, 10_000, 100_000]) : pick(Array(all.dropLast(3)))
  }

  // MARK: - Processes

  func start() async throws {
    try await cache.start(at: time)
    oracle.open(now, wall: now + skew)
    setTime()
  }

  private func restart() async throws {
    await cache.stop()
    oracle.close()
    history.begin(with: oracle.entries)
    passTime("restart")
    try await start()
  }

  /// What others do while this process is away.
  func passTime(_ what: String) {
    note { [now] in "\(what) at \(now)" }
    now += pick([0, 0, 1, 10, 1_000])
    skew = pick([skew, skew, 0, -30, 30])
    setTime()
    if pick([true, false]) { purge() }
    if pick([true, false]) { change(pickPath()) }
  }

  /// By the cache's own clocks.
  var time: HeldTime {
    HeldTime(
      now: Instant(nanoseconds: UInt64(now) * 1_000_000_000),
      wall: WallTime(seconds: Int64(now + skew)))
  }

  func setTime() {
    origin.setTime(now, skew: skew)
    cache.process?.shard.heldTime = time
    oracle.lookAtClock(now, wall: now + skew)
  }

  // MARK: - The origin and purges

  private func change(_ path: String) {
    let short = ["max-age=10", "max-age=60", "s-maxage=20", "max-age=0", "", "", "public"]
    let long = ["max-age=300", "max-age=5000", "s-maxage=2000", "max-age=100000"]
    let lives = pick(plan.isWide ? short + long + long : short)
    let more = pick([
      "", "", "", "no-store", "private", "no-cache", "must-revalidate", "proxy-revalidate",
      "stale-while-revalidate=30", "stale-if-error=60",
      "stale-while-revalidate=10, stale-if-error=30",
    ])
    let control = [lives, more].filter { !$0.isEmpty }.joined(separator: ", ")
    let (expires, age) = (pick([nil, nil, 15, -5]), pick([nil, nil, 0, 5, 40]))
    let (hasTag, hasDate, status) = (
      pick([true, false]), pick([true, false]), pick([200, 200, 200, 404])
    )
    let renews = pick([true, false])
    let (tags, keys) = (pick([nil, "a", "a, b", "b, c d"]), pick([nil, nil, "a c", "e"]))
    origin.change(path) { [plan] resource in
      if renews { resource.version += 1 }
      resource.control = control.isEmpty ? nil : control
      (resource.expires, resource.age) = (expires, age)
      (resource.tags, resource.keys) = (plan.tags(tags, of: path), plan.tags(keys, of: path))
      if renews {
        (resource.hasTag, resource.hasDate, resource.status) = (hasTag, hasDate, status)
      }
      (resource.vary, resource.padding) = (plan.vary(path), plan.padding(path))
    }
  }

  /// What a purge may name.
  private enum Kind { case everything, host, otherHost, prefix, url, tag }

  private func pickKind() -> Kind {
    let number = Int.random(in: 0..<(plan.isWide ? 100 : 10), using: &random)
    if plan.isWide {
      return switch number {
      case 0: .everything
      case 1: .host
      case 2..<5: .otherHost
      case 5..<20: .prefix
      case 20..<55: .url
      default: .tag
      }
    }
    return switch number {
    case 0: .everything
    case 1: .host
    case 2: .otherHost
    case 3, 4: .prefix
    case 5, 6: .url
    default: .tag
    }
  }

  private func purge() {
    let isSoft = pick([true, false])
    var items: [PurgeItem] = []
    var holds: (String, OracleCache.Entry) -> Bool = { _, _ in true }
    switch pickKind() {
    case .everything: break
    case .host: items = [.host(PurgeHash.host(Array("a.example".utf8).span))]
    case .otherHost:
      items = [.host(PurgeHash.host(Array("b.example".utf8).span))]
      holds = { _, _ in false }
    case .prefix:
      let path = pickPath()
      items = [.prefix(Array("a.example\(path)".utf8))]
      holds = { own, _ in own.hasPrefix(path) }
    case .url:
      let path = pickPath()
      items = [
        CachePolicies.standard.purgeItem(host: Array("a.example".utf8), path: Array(path.utf8))
      ]
      holds = { own, _ in own == path }
    case .tag:
      let tags = ["a", "b", "c", "c d", "e", "none"]
      let tag =
        plan.isWide && !happens(5) ? plan.tags(pick(["a", "b"]), of: pickPath()) : pick(tags)
      items = [.tag(PurgeHash.tag(Array((tag ?? "").utf8).span))]
      holds = { _, entry in entry.tags.contains(tag ?? "") }
    }
    let end = isSoft ? (at: now, wall: now + skew) : nil
    oracle.purge(at: end, where: holds)
    if plan.kills > 0 { history.purge(at: end, where: holds) }
    let purge = Purge(
      isSoft: isSoft, isEverything: items.isEmpty, items: items, time: time.wall)
    let number = cache.purge(purge, at: time.now)
    note { [now] in "purge \(number) at \(now), soft \(isSoft): \(items)" }
  }
}
