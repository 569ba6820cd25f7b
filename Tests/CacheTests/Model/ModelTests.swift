// The cache beside a naive one: random requests, changes of the origin, purges, restarts with a disk,
// and jumps of the clock, forwards and backwards.

import Exchange
import Glibc
import HTTP
import Primitives
import Runtime
import Storage
import Testing

@testable import Cache

@Suite("Cache against oracle")
struct ModelTests {
  static let operations = 10_000

  /// Ten; others, from SKERRY_FIRST_SEED on, for who runs it by hand.
  static let seeds: Range<UInt64> = {
    let first =
      unsafe getenv("SKERRY_FIRST_SEED").flatMap { unsafe UInt64(String(cString: $0)) } ?? 0
    return first..<first + 10
  }()

  @Test("the same answers as the naive cache, whatever happens", arguments: seeds)
  func model(_ seed: UInt64) async throws {
    let folder = try TestFolder()
    let path = folder.path
    let fault = await SharedLoops.run(on: Int(seed % 2)) { lane in
      do {
        let run = ModelRun(seed: seed, path, on: lane)
        return try await run.run(Self.operations) ?? run.coverage
      } catch {
        return "\(error)"
      }
    }
    #expect(fault == nil, "seed \(seed): \(fault ?? "")")
    withExtendedLifetime(folder) {}
  }
}

/// One sequence of operations. Confined to its loop.
final class ModelRun: @unchecked Sendable {
  // Confined to the loop of its cache.
  private var random: SplitMix64
  private let origin = ModelOrigin()
  private let cache: DiskBackedCache
  private var oracle = OracleCache()
  private var now = 1_800_000_000
  /// How far the cache's wall clock is ahead of the origin's.
  private var skew = 0
  /// The answer that was judged last was one from the store.
  private var hasUsedStored = false
  /// How many requests found something on the disk.
  private var diskUses = 0
  /// What happened last.
  private var trail: [String] = []
  private static let paths = (0..<8).map { "/\($0)" }

  init(seed: UInt64, _ folder: String, on lane: Lane) {
    random = SplitMix64(seed: seed)
    let origin = origin
    cache = DiskBackedCache(
      folder, zone: ZoneID(high: 3, low: seed), on: lane,
      TestOrigin { (fetch, _) throws(Failure) in try origin.answer(fetch) })
  }

  /// What was met too seldom to say anything; nil if all was.
  var coverage: String? {
    diskUses > 100 ? nil : "the disk was used \(diskUses) times"
  }

  /// What went wrong first, with the operation's number; nil if nothing did.
  func run(_ count: Int) async throws -> String? {
    try await start()
    for path in Self.paths { change(path) }
    for number in 0..<count {
      switch Int.random(in: 0..<1_000, using: &random) {
      case 0..<60: change(pick(Self.paths))
      case 60..<190:
        now += pick([0, 1, 1, 2, 5, 9, 10, 11, 30, 60, 100, 1_000, 100_000])
        setTime()
      case 190..<200:
        skew = pick([0, 0, -1_000, -30, -1, 1, 30, 1_000])
        setTime()
      case 200..<240: origin.setHealth(pick([200, 200, 503, 0]))
      case 240..<270: purge()
      case 270..<290: try await restart()
      default:
        if let fault = await request() {
          return "operation \(number): \(fault), after:\n\(trail.joined(separator: "\n"))"
        }
      }
    }
    await cache.stop()
    return nil
  }

  // MARK: - Processes

  private func start() async throws {
    try await cache.start(at: time)
    oracle.open(now, wall: now + skew)
    setTime()
  }

  private func restart() async throws {
    await cache.stop()
    oracle.close()
    trail.append("restart at \(now)")
    // What others do while this process is away.
    now += pick([0, 0, 1, 10, 1_000])
    skew = pick([skew, skew, 0, -30, 30])
    setTime()
    if pick([true, false]) { purge() }
    if pick([true, false]) { change(pick(Self.paths)) }
    try await start()
  }

  private func pick<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &random)] }

  /// By the cache's own clocks.
  private var time: HeldTime {
    HeldTime(
      now: Instant(nanoseconds: UInt64(now) * 1_000_000_000),
      wall: WallTime(seconds: Int64(now + skew)))
  }

  private func setTime() {
    origin.setTime(now, skew: skew)
    cache.process?.shard.heldTime = time
    oracle.lookAtClock(now, wall: now + skew)
  }

  private func change(_ path: String) {
    let lives = pick(["max-age=10", "max-age=60", "s-maxage=20", "max-age=0", "", "", "public"])
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
    origin.change(path) { resource in
      if renews { resource.version += 1 }
      resource.control = control.isEmpty ? nil : control
      (resource.expires, resource.age) = (expires, age)
      (resource.tags, resource.keys) = (tags, keys)
      if renews {
        (resource.hasTag, resource.hasDate, resource.status) = (hasTag, hasDate, status)
      }
      resource.vary = path == "/0" ? ["foo"] : path == "/1" ? ["bar", "foo"] : []
    }
  }

  private func purge() {
    let isSoft = pick([true, false])
    let end = isSoft ? (at: now, wall: now + skew) : nil
    var items: [PurgeItem] = []
    switch Int.random(in: 0..<10, using: &random) {
    case 0: oracle.purge(at: end) { _, _ in true }
    case 1:
      items = [.host(PurgeHash.host(Array("a.example".utf8).span))]
      oracle.purge(at: end) { _, _ in true }
    case 2: items = [.host(PurgeHash.host(Array("b.example".utf8).span))]
    case 3, 4:
      let path = pick(Self.paths)
      items = [.prefix(Array("a.example\(path)".utf8))]
      oracle.purge(at: end) { own, _ in own.hasPrefix(path) }
    case 5, 6:
      let path = pick(Self.paths)
      items = [
        CachePolicies.standard.purgeItem(host: Array("a.example".utf8), path: Array(path.utf8))
      ]
      oracle.purge(at: end) { own, _ in own == path }
    default:
      let tag = pick(["a", "b", "c", "c d", "e", "none"])
      items = [.tag(PurgeHash.tag(Array(tag.utf8).span))]
      oracle.purge(at: end) { _, entry in entry.tags.contains(tag) }
    }
    let purge = Purge(
      isSoft: isSoft, isEverything: items.isEmpty, items: items, time: time.wall)
    let number = cache.purge(purge, at: time.now)
    trail.append("purge \(number) at \(now), soft \(isSoft): \(items)")
  }

  private func makeFields(_ path: String) -> [String: String] {
    var fields: [String: String] = [:]
    let control = pick([
      nil, nil, nil, nil, nil, nil, "no-cache", "no-store", "max-age=0", "max-age=5", "max-age=50",
      "min-fresh=5", "max-stale", "max-stale=10", "only-if-cached", "stale-if-error=100",
    ])
    fields["cache-control"] = control
    fields["foo"] = pick([nil, "1", "2"])
    fields["bar"] = pick([nil, nil, "1"])
    switch Int.random(in: 0..<12, using: &random) {
    case 0: fields["if-none-match"] = oracle.find(path, fields)?.fields["etag"] ?? "\"none\""
    case 1: fields["range"] = "bytes=0-1"
    default: break
    }
    return fields
  }

  // MARK: - One request

  private func request() async -> String? {
    let (method, path) = (
      pick(["GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "POST"]), pick(Self.paths)
    )
    let fields = makeFields(path)
    let before = oracle.find(path, fields)
    _ = origin.take()
    let wasMarked = cache.isMarked(path)
    let reply = await cache.send(method, path, fields.map { ($0.key, $0.value) })
    let seen = Seen(
      method: method, path: path, fields: fields, wasMarked: wasMarked, reply: reply,
      exchanged: origin.take())
    trail.append(
      """
      \(method) \(path) \(fields) at \(now), \(skew) ahead
       got \(seen.reply.status) \(seen.reply.text) \(seen.reply.fields)
       had \(String(describing: before))
       asked \(seen.exchanged)
      """)
    trail.removeFirst(max(0, trail.count - 12))
    guard method != "POST", let before, before.isOnDisk else { return judge(seen, before) }
    return judgeOnDisk(seen, before)
  }

  /// One request and what came of it.
  private struct Seen {
    let method: String
    let path: String
    let fields: [String: String]
    /// Requests for the key did not wait for each other.
    let wasMarked: Bool
    let reply: Reply
    let exchanged: [ModelOrigin.Exchanged]

    /// It says that nothing was found.
    var hasMissed: Bool {
      let status = reply["cache-status"] ?? ""
      return status.contains("fwd=uri-miss") || status.contains("fwd=vary-miss")
    }

    /// It can't wait with others, so that what is on the disk moves to memory before anything else.
    var isPromoting: Bool {
      let wanted = OracleCache.Directives(fields["cache-control"])
      if method == "HEAD" || wanted.has("only-if-cached") || wanted.has("no-store") { return true }
      return fields["range"] != nil && wanted.asksForFresh
    }
  }

  /// As `judge` where what is stored is on the disk only: where responses could not be shared lately,
  /// requests are passed on without a look there, and it stays.
  private func judgeOnDisk(_ seen: Seen, _ before: OracleCache.Entry) -> String? {
    guard seen.hasMissed else {
      hasUsedStored = false
      if let fault = judge(seen, before) { return fault }
      if hasUsedStored || seen.isPromoting {
        diskUses += 1
        oracle.noteUse(seen.path, seen.fields)
      }
      return nil
    }
    guard seen.wasMarked else { return "what is on the disk was not found" }
    oracle.hide(seen.path, seen.fields)
    if let fault = judge(seen, nil) { return fault }
    oracle.show(seen.path, before)
    return nil
  }

  /// What is wrong with what came of a request, if `before` is what was stored for it.
  private func judge(_ seen: Seen, _ before: OracleCache.Entry?) -> String? {
    let (method, path, fields, reply) = (seen.method, seen.path, seen.fields, seen.reply)
    let exchanged = seen.exchanged
    if reply["cache-tag"] != nil || reply["surrogate-key"] != nil { return "tags were sent" }
    switch oracle.expect(method, path, fields, at: now) {
    case .refused:
      return reply.status == 504 && exchanged.isEmpty ? nil : "not refused"
    case .stored(let isValidating):
      guard exchanged.count == (isValidating ? 1 : 0) else {
        return "asked \(exchanged.count) times"
      }
      if isValidating {
        // On nobody's behalf, so without the client's directives.
        var own = fields
        own["cache-control"] = nil
        learn("GET", path, own, exchanged[0])
      }
      return check(reply, against: before, method, fields)
    case .asked:
      guard exchanged.count == 1 else { return "asked \(exchanged.count) times" }
      let mayBeStale = learn(method, path, fields, exchanged[0])
      return checkAsked(reply, mayBeStale, before, exchanged[0], method, path, fields)
    }
  }

  @discardableResult
  private func learn(
    _ method: String, _ path: String, _ fields: [String: String], _ exchanged: ModelOrigin.Exchanged
  ) -> Bool {
    if let answer = exchanged.answer {
      return oracle.note(method, path, fields, asked: exchanged.fields, answer)
    }
    guard method != "POST", let found = oracle.find(path, fields) else { return false }
    let isUsed = method == "GET" && OracleCache.Directives(fields["cache-control"]).has("no-store")
    if isUsed { return false }
    let wanted = OracleCache.Directives(method == "HEAD" ? nil : fields["cache-control"])
    return oracle.noteFailure(path, found, wanted, now, nil)
  }

  /// An answer that the origin had a part in.
  private func checkAsked(
    _ reply: Reply, _ mayBeStale: Bool, _ before: OracleCache.Entry?,
    _ exchanged: ModelOrigin.Exchanged, _ method: String, _ path: String,
    _ fields: [String: String]
  ) -> String? {
    if mayBeStale { return check(reply, against: before, method, fields) }
    guard let answer = exchanged.answer else { return reply.failure == nil ? "no failure" : nil }
    let isPassed = OracleCache.Directives(fields["cache-control"]).has("no-store")
    if answer.status == 304, !isPassed,
      fields["if-none-match"] == nil || before != nil && method == "GET",
      let before
    {
      return check(reply, against: oracle.find(path, fields) ?? before, method, fields)
    }
    if reply.status == 304 {
      return fields["if-none-match"] == answer.fields["etag"] ? nil : "304 without reason"
    }
    if reply.status == 206, answer.status == 200, fields["range"] != nil {
      return reply.text == answer.body.prefix(2) ? nil : "another part"
    }
    if Int(reply.status) != answer.status { return "another status" }
    return method == "HEAD" || reply.text == answer.body ? nil : "another content"
  }

  /// An answer from a stored response.
  private func check(
    _ reply: Reply, against entry: OracleCache.Entry?, _ method: String, _ fields: [String: String]
  ) -> String? {
    guard let entry else { return "nothing was stored" }
    hasUsedStored = true
    guard reply["age"] == "\(max(0, OracleCache.age(entry, now)))" else { return "age" }
    if entry.status == 200, let tag = fields["if-none-match"], tag == entry.fields["etag"] {
      return reply.status == 304 && reply.body.isEmpty ? nil : "no 304"
    }
    if method == "HEAD" {
      return Int(reply.status) == entry.status && reply.body.isEmpty ? nil : "HEAD"
    }
    if entry.status == 200, fields["range"] != nil {
      return reply.status == 206 && reply.text == entry.body.prefix(2) ? nil : "no part"
    }
    return Int(reply.status) == entry.status && reply.text == entry.body ? nil : "another response"
  }
}
