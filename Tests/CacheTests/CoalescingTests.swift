// One fetch for all who ask: herds, leavers, slow readers, broken origins.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("One fetch for all who ask")
struct CoalescingTests {
  static let cacheable = [("Cache-Control", "max-age=6000")]

  /// A response whose head comes when `head` opens, and whose pieces come with their gates.
  static func streamed(
    _ fetch: Fetch, head: Gate? = nil, _ steps: [(gate: Gate?, bytes: Bytes)],
    fields: [(String, String)] = cacheable, end: Failure? = nil, contentLength: UInt64? = nil
  ) async throws(Failure) -> FetchedResponse {
    try await head?.pass(fetch.parker)
    return FetchedResponse(
      head: Answer(fields: fields).head(), body: .stream(GatedBody(steps, end: end)),
      contentLength: contentLength)
  }

  static func bytes(_ text: String) -> Bytes { Bytes(Array(text.utf8)) }

  private func start(
    _ count: Int, _ cache: TestCache, loop: Int = 0, _ fields: [(String, String)] = [],
    on lane: Lane
  ) -> [TestClient] {
    (0..<count).map { _ in
      let client = TestClient("GET", "/", fields, on: lane)
      client.begin(cache.stage(loop, on: lane))
      return client
    }
  }

  private func audience(_ cache: TestCache, _ loop: Int = 0) -> Int {
    var audience = 0
    cache.group.shards[loop].flights.forEach { audience += $0.followers.count }
    return audience
  }

  @Test("1,000 concurrent requests make one fetch, on one loop and on two", arguments: [1, 2])
  func herd(_ loops: Int) async {
    let (head, tail) = (Gate(), Gate())
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      try await Self.streamed(
        fetch, head: head, [(nil, Self.bytes("first ")), (tail, Self.bytes("second"))])
    }
    let cache = TestCache(origin, loops: loops)
    let perLoop = 1000 / loops
    let (ready, begun) = (Rendezvous(loops), Rendezvous(loops))
    let herd: @Sendable (Int) async -> [Reply] = { index in
      await SharedLoops.run(on: index) { lane in
        let clients = start(perLoop, cache, loop: index, on: lane)
        await lane.wait { audience(cache, index) == perLoop }
        ready.arrive()
        await lane.wait { ready.isComplete }
        head.open()
        await lane.wait { clients.allSatisfy { $0.reply.body.count == 6 } }
        begun.arrive()
        await lane.wait { begun.isComplete }
        tail.open()
        await lane.wait { clients.allSatisfy { $0.isDone } }
        return clients.map(\.reply)
      }
    }
    var replies: [Reply] = []
    await withTaskGroup(of: [Reply].self) { group in
      for index in 0..<loops { group.addTask { await herd(index) } }
      for await some in group { replies += some }
    }
    #expect(origin.count == 1)
    #expect(replies.count == 1000)
    #expect(replies.allSatisfy { $0.text == "first second" && $0.isComplete })
    #expect(replies.filter { $0.outcome == .miss }.count == loops)
    let later = await SharedLoops.run { lane in await cache.send(on: lane) }
    #expect(later.outcome == .hit && origin.count == 1)
  }

  @Test(
    "an interim response reaches those who wait on each loop, and those who come before the head",
    arguments: [1, 2])
  func interim(_ loops: Int) async {
    let head = Gate()
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      fetch.interim?(ResponseHead(status: 103))
      return try await Self.streamed(fetch, head: head, [(nil, Self.bytes("whole"))])
    }
    let cache = TestCache(origin, loops: loops)
    let told = Rendezvous(loops)
    let ask: @Sendable (Int) async -> [[UInt16]] = { index in
      await SharedLoops.run(on: index) { lane in
        var clients = start(2, cache, loop: index, on: lane)
        await lane.wait { clients.allSatisfy { $0.interims.count == 1 } }
        clients += start(1, cache, loop: index, on: lane)
        await lane.wait { clients.allSatisfy { $0.interims.count == 1 } }
        told.arrive()
        await lane.wait { told.isComplete }
        head.open()
        await lane.wait { clients.allSatisfy { $0.isDone && $0.reply.text == "whole" } }
        return clients.map(\.interims)
      }
    }
    var interims: [[UInt16]] = []
    await withTaskGroup(of: [[UInt16]].self) { group in
      for index in 0..<loops { group.addTask { await ask(index) } }
      for await some in group { interims += some }
    }
    #expect(interims == Array(repeating: [103], count: 3 * loops) && origin.count == 1)
  }

  @Test("the fetch for 1,000 clients outlives the one that caused it")
  func leaderLeaves() async {
    let (head, tail) = (Gate(), Gate())
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      try await Self.streamed(
        fetch, head: head, [(nil, Self.bytes("first ")), (tail, Self.bytes("second"))])
    }
    let cache = TestCache(origin)
    let replies = await SharedLoops.run { lane in
      let clients = start(1_000, cache, on: lane)
      await lane.wait { audience(cache) == 1_000 }
      clients[0].exchange.abort()
      await lane.wait { clients[0].isDone }
      head.open()
      await lane.wait { clients.dropFirst().allSatisfy { $0.reply.body.count == 6 } }
      clients[1].exchange.abort()
      tail.open()
      await lane.wait { clients.allSatisfy { $0.isDone } }
      return clients.map(\.reply)
    }
    #expect(replies[0].failure == .clientAborted && !replies[1].isComplete)
    #expect(replies.dropFirst(2).allSatisfy { $0.text == "first second" && $0.isComplete })
    #expect(origin.count == 1)
  }

  @Test("a fetch that nobody waits for any more goes on and is stored")
  func allLeave() async {
    let head = Gate()
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      try await Self.streamed(fetch, head: head, [(nil, Self.bytes("late"))])
    }
    let cache = TestCache(origin)
    let reply = await SharedLoops.run { lane in
      let client = start(1, cache, on: lane)[0]
      await lane.wait { origin.count == 1 }
      client.exchange.abort()
      await lane.wait { client.isDone }
      head.open()
      await lane.wait { cache.group.shards[0].storedCount == 1 }
      return await cache.send(on: lane)
    }
    #expect(reply.outcome == .hit && reply.text == "late" && origin.count == 1)
  }

  @Test("an origin that breaks off fails all clients, and nothing is stored", arguments: [1, 2])
  func breaksOff(_ loops: Int) async {
    let tail = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number > 0 { return Answer(fields: Self.cacheable, body: "whole").fetched() }
      return try await Self.streamed(
        fetch, [(nil, Self.bytes("part")), (tail, Self.bytes("more"))],
        end: Failure(.responseIncomplete))
    }
    let cache = TestCache(origin, loops: loops)
    // The second loop's clients read from a mirror.
    let begun = Rendezvous(loops)
    let read: @Sendable (Int) async -> [Reply] = { index in
      await SharedLoops.run(on: index) { lane in
        let clients = start(2, cache, loop: index, on: lane)
        await lane.wait { clients.allSatisfy { $0.reply.body.count == 4 } }
        begun.arrive()
        await lane.wait { begun.isComplete }
        tail.open()
        await lane.wait { clients.allSatisfy { $0.isDone } }
        return clients.map(\.reply)
      }
    }
    var broken: [Reply] = []
    await withTaskGroup(of: [Reply].self) { group in
      for index in 0..<loops { group.addTask { await read(index) } }
      for await some in group { broken += some }
    }
    #expect(broken.count == loops * 2)
    #expect(broken.allSatisfy { $0.failure == .responseIncomplete && !$0.isComplete })
    let next = await SharedLoops.run { lane in await cache.send(on: lane) }
    #expect(next.text == "whole" && next.outcome == .miss && origin.count == 2)
  }

  @Test("a body shorter than announced is not stored")
  func shorterThanAnnounced() async {
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      try await Self.streamed(fetch, [(nil, Self.bytes("abc"))], contentLength: 4)
    }
    let cache = TestCache(origin)
    let (reply, stored) = await SharedLoops.run { lane in
      (await cache.send(on: lane), cache.group.shards[0].storedCount)
    }
    #expect(!reply.isComplete && reply.failure == .responseIncomplete && stored == 0)
  }

  @Test("everyone reads at their own pace, and who comes late gets it from the beginning")
  func paces() async {
    let tail = Gate()
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      try await Self.streamed(
        fetch, [(nil, Self.bytes("first ")), (tail, Self.bytes("second"))])
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      let quick = start(1, cache, on: lane)[0]
      let slow = TestClient("GET", "/", on: lane)
      slow.room = 1
      slow.begin(cache.stage(on: lane))
      await lane.wait { quick.reply.body.count == 6 && slow.reply.body.count == 6 }
      let late = start(1, cache, on: lane)[0]
      tail.open()
      await lane.wait { quick.isDone && late.isDone }
      #expect(quick.reply.text == "first second" && late.reply.text == "first second")
      #expect(late.reply.outcome == .collapsed)
      #expect(slow.reply.text == "first " && !slow.isDone)
      slow.drain(100)
      await lane.wait { slow.isDone }
      #expect(slow.reply.text == "first second" && slow.reply.isComplete)
    }
    #expect(origin.count == 1)
  }

  @Test("what is too large to store goes through a window that the slowest reader holds back")
  func window() async {
    let piece = Bytes([UInt8](repeating: 7, count: 100_000))
    let body = GatedBody((0..<100).map { _ in (nil, piece) })
    let origin = TestOrigin { (_, number) throws(Failure) in
      FetchedResponse(
        head: Answer(fields: Self.cacheable).head(),
        body: number == 0 ? .stream(body) : .bytes(piece), contentLength: nil)
    }
    let cache = TestCache(origin)
    cache.configuration.settings.maximumObjectBytes = 500_000
    await SharedLoops.run { lane in
      let slow = TestClient("GET", "/", on: lane)
      slow.room = 300_000
      slow.begin(cache.stage(on: lane))
      let quick = start(1, cache, on: lane)[0]
      let shard = cache.group.shards[0]
      let parker = Parker(on: lane)
      await lane.wait { body.given > 1_000_000 }
      for _ in 0..<200 { await parker.yield() }
      #expect(body.given <= 300_000 + CacheLimits.windowBytes + 200_000)
      #expect(slow.reply.body.count == 300_000)
      // Nobody joins any more.
      let other = await cache.send(on: lane)
      #expect(other.outcome == .miss && origin.count == 2)
      slow.drain(100_000_000)
      await lane.wait { slow.isDone && quick.isDone }
      #expect(slow.reply.body.count == 10_000_000 && quick.reply.body.count == 10_000_000)
      #expect(shard.inFlightBytes == 0 && shard.writing.isEmpty)
    }
  }

  @Test("a zone has no more bodies on their way than it leaves room for those of others")
  func inFlightOfZones() async {
    let cache = TestCache(TestOrigin([]), ramBytes: 64 << 20)
    let shard = cache.group.shards[0]
    let (greedy, other) = (ZoneID(high: 1, low: 1), ZoneID(high: 1, low: 2))
    await SharedLoops.run { _ in
      let most = shard.capacity / CacheLimits.inFlightShareOfShard
      let step = 1 << 20
      while shard.admits(bytes: UInt64(step), of: greedy, maximum: .max) {
        shard.countInFlight(step, of: greedy)
      }
      #expect(shard.inFlightBytesOfZones[greedy] == most / 2)
      while shard.admits(bytes: UInt64(step), of: other, maximum: .max) {
        shard.countInFlight(step, of: other)
      }
      #expect(shard.inFlightBytesOfZones[other] == most / 4)
      shard.checkInvariants()
      shard.countInFlight(-most / 2, of: greedy)
      shard.countInFlight(-most / 4, of: other)
      #expect(shard.inFlightBytes == 0 && shard.inFlightBytesOfZones.isEmpty)
    }
  }

  @Test("of 1,000 who ask for what is uncacheable each gets its own, and none queues for another")
  func uncacheable() async {
    let (first, others, later) = (Gate(), Gate(), Gate())
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number != 1_000 {
        try await (number == 0 ? first : number < 1_000 ? others : later).pass(fetch.parker)
      }
      return Answer(fields: [("Cache-Control", "no-store")], body: "for \(number)").fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      let clients = start(1_000, cache, on: lane)
      await lane.wait { audience(cache) == 1_000 && origin.count > 0 }
      #expect(origin.count == 1)
      first.open()
      // All others are at the origin before it answers one of them.
      await lane.wait { origin.count == 1_000 && clients.contains { $0.isDone } }
      #expect(clients.filter(\.isDone).count == 1)
      others.open()
      await lane.wait { clients.allSatisfy { $0.isDone } }
      #expect(Set(clients.map(\.reply.text)).count == 1_000 && origin.count == 1_000)
      // Now the key is known, for some seconds, which may have passed where the machine is busy: once more.
      _ = await cache.send(on: lane)
      // As many more are as many fetches at once, without waiting for a first.
      let more = start(1_000, cache, on: lane)
      await lane.wait { origin.count == 2_001 }
      #expect(!more.contains { $0.isDone })
      later.open()
      await lane.wait { more.allSatisfy { $0.isDone } }
      #expect(Set(more.map(\.reply.text)).count == 1_000 && origin.count == 2_001)
      #expect(cache.group.shards[0].claims.count == 0)
    }
  }

  @Test("what was uncacheable is stored again as soon as a response allows it", arguments: [1, 2])
  func cacheableAgain(_ loops: Int) async {
    let origin = TestOrigin([
      Answer(fields: [("Cache-Control", "no-store")], body: "one"),
      Answer(fields: [("Cache-Control", "private")], body: "two"),
      Answer(fields: Self.cacheable, body: "three"),
    ])
    let cache = TestCache(origin, loops: loops)
    let replies = await SharedLoops.run(on: loops - 1) { lane in
      var replies: [Reply] = []
      for _ in 0..<4 { replies.append(await cache.send(loop: loops - 1, on: lane)) }
      return replies
    }
    #expect(replies.map(\.text) == ["one", "two", "three", "three"])
    #expect(replies.allSatisfy { $0.isComplete })
    #expect(replies.map(\.outcome) == [.miss, .miss, .miss, .hit] && origin.count == 3)
  }

  @Test("a client that leaves ends the fetch that was passed on for it")
  func passedLeaves() async {
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number > 0 { try await Gate().pass(fetch.parker) }
      return Answer(fields: [("Cache-Control", "no-store")], body: "never").fetched()
    }
    let cache = TestCache(origin)
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      let client = start(1, cache, on: lane)[0]
      await lane.wait { origin.count == 2 }
      client.exchange.abort()
      await lane.wait { client.isDone }
      return client.reply
    }
    #expect(reply.failure == .clientAborted && origin.count == 2)
  }

  @Test("those whom a variant does not suit fetch theirs, once")
  func variants() async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      try await gate.pass(fetch.parker)
      let language = fetch.request.fields.text(.acceptLanguage) ?? ""
      let fields = Self.cacheable + [("Vary", "Accept-Language")]
      return Answer(fields: fields, body: language).fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      let english = start(10, cache, [("Accept-Language", "en")], on: lane)
      let german = start(10, cache, [("Accept-Language", "de")], on: lane)
      await lane.wait { audience(cache) == 20 }
      gate.open()
      await lane.wait { (english + german).allSatisfy { $0.isDone } }
      #expect(english.allSatisfy { $0.reply.text == "en" })
      #expect(german.allSatisfy { $0.reply.text == "de" })
    }
    #expect(origin.count == 2)
  }

  @Test("a failed fetch fails all who waited, and the next request tries again")
  func failure() async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      try await gate.pass(fetch.parker)
      if number == 0 { throw Failure(.connectionRefused) }
      return Answer(fields: Self.cacheable, body: "back").fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      let clients = start(10, cache, on: lane)
      await lane.wait { audience(cache) == 10 }
      gate.open()
      await lane.wait { clients.allSatisfy { $0.isDone } }
      #expect(clients.allSatisfy { $0.reply.failure == .connectionRefused })
      #expect(origin.count == 1)
      #expect(await cache.send(on: lane).text == "back")
    }
  }
}
