// The cache beside a naive one: random requests, changes of the origin and jumps of the clock.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Cache against oracle")
struct ModelTests {
  static let operations = 10_000

  @Test("the same answers as the naive cache, whatever happens", arguments: 0..<10 as Range<UInt64>)
  func model(_ seed: UInt64) async {
    let fault = await SharedLoops.run(on: Int(seed % 2)) { lane in
      await ModelRun(seed: seed, on: lane).run(Self.operations)
    }
    #expect(fault == nil, "seed \(seed): \(fault ?? "")")
  }
}

/// One sequence of operations. Confined to its loop.
final class ModelRun: @unchecked Sendable {
  // Confined to the loop of its lane.
  private var random: SeededGenerator
  private let lane: Lane
  private let origin = ModelOrigin()
  private let stage: CacheStage
  private let group: CacheGroup
  private var purges: UInt64 = 0
  private var oracle = OracleCache()
  private var now = 1_800_000_000
  /// What happened last.
  private var trail: [String] = []
  private static let paths = (0..<8).map { "/\($0)" }

  init(seed: UInt64, on lane: Lane) {
    random = SeededGenerator(state: seed)
    self.lane = lane
    let origin = origin
    group = CacheGroup(
      loops: [lane.loop], ramBytes: 64 << 20, hash: KeyedHash(key0: seed, key1: 1))
    stage = CacheStage(
      zone: ZoneID(high: 3, low: seed), policies: .standard,
      shard: group.shards[0], lane: lane,
      below: TestOrigin { (fetch, _) throws(Failure) in try origin.answer(fetch) })
  }

  /// What went wrong first, with the operation's number; nil if nothing did.
  func run(_ count: Int) async -> String? {
    setTime()
    for path in Self.paths { change(path) }
    for number in 0..<count {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<6: change(pick(Self.paths))
      case 6..<20:
        now += pick([0, 1, 1, 2, 5, 9, 10, 11, 30, 60, 100, 1_000, 100_000])
        setTime()
      case 20..<24: origin.setHealth(pick([200, 200, 503, 0]))
      case 24..<27: purge()
      default:
        if let fault = await request() {
          return "operation \(number): \(fault), after:\n\(trail.joined(separator: "\n"))"
        }
      }
    }
    return nil
  }

  private func pick<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &random)] }

  private func setTime() {
    origin.setTime(now)
    group.shards[0].heldTime = HeldTime(
      now: Instant(nanoseconds: UInt64(now) * 1_000_000_000), wall: WallTime(seconds: Int64(now)))
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
    let end = isSoft ? now : nil
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
    purges += 1
    trail.append("purge \(purges) at \(now), soft \(isSoft): \(items)")
    let purge = Purge(
      isSoft: isSoft, isEverything: items.isEmpty, items: items, time: WallTime(seconds: 0))
    group.apply(purge, sequence: purges, to: stage.tenant.id, at: group.shards[0].now)
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
    let expected = oracle.expect(method, path, fields, at: now)
    let before = oracle.find(path, fields)
    _ = origin.take()
    let client = TestClient(method, path, fields.map { ($0.key, $0.value) }, on: lane)
    client.begin(stage)
    // Those who fetch alone store a little after their client is done.
    await lane.wait {
      client.isDone && group.shards[0].flights.count == 0 && group.shards[0].inFlightBytes == 0
    }
    let reply = client.reply
    let exchanged = origin.take()
    if reply["cache-tag"] != nil || reply["surrogate-key"] != nil { return "tags were sent" }
    let what = """
      \(method) \(path) \(fields) at \(now): \(expected)
       got \(reply.status) \(reply.text) \(reply.fields)
       had \(String(describing: before))
       asked \(exchanged)
      """
    trail.append(what)
    defer { if trail.count > 4 { trail.removeFirst() } }
    switch expected {
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
