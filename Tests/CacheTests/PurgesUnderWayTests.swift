// Purges that other servers of a fleet may not have made yet.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Purges under way in a fleet")
struct PurgesUnderWayTests {
  private static let begin = Instant(nanoseconds: 1_000_000_000)

  /// Answers with the number of the fetch, as a peer or as the origin; the head comes when `head` opens.
  private static func source(isPeer: Bool, head: Gate? = nil) -> TestOrigin {
    TestOrigin { (fetch, number) throws(Failure) in
      fetch.asksPeers?(isPeer)
      try await head?.pass(fetch.parker)
      return Answer(fields: [("Cache-Control", "max-age=6000")], body: "\(number)").fetched()
    }
  }

  /// Makes a purge that is under way in the fleet.
  private func purge(_ cache: TestCache, _ items: [PurgeItem] = [], name: String = "a 1") {
    let underWay = cache.group.purgesUnderWay
    #expect(underWay.begin(name, at: Self.begin, until: Self.begin + .seconds(60)))
    cache.purge(items)
  }

  private func end(_ cache: TestCache, name: String = "a 1") -> Bool {
    cache.group.purgesUnderWay.end(name, at: Self.begin + .seconds(1))
  }

  @Test("what a peer brings meanwhile is not kept, what the origin brings is", arguments: [1, 2])
  func kept(_ loops: Int) async {
    for isPeer in [true, false] {
      let cache = TestCache(Self.source(isPeer: isPeer), loops: loops)
      await SharedLoops.run(on: loops - 1) { lane in
        _ = await cache.send(loop: loops - 1, on: lane)
        purge(cache)
        let meanwhile = await cache.send(loop: loops - 1, on: lane)
        #expect(meanwhile.text == "1" && meanwhile.outcome == .miss)
        #expect(end(cache))
        let after = await cache.send(loop: loops - 1, on: lane)
        #expect(after.text == (isPeer ? "2" : "1"))
        let kept = await cache.send(loop: loops - 1, on: lane)
        #expect(kept.text == after.text && kept.outcome == .hit)
      }
    }
  }

  @Test("what is not purged is kept, whoever brings it")
  func others() async {
    let cache = TestCache(Self.source(isPeer: true))
    await SharedLoops.run { lane in
      _ = await cache.send("GET", "/kept", on: lane)
      purge(cache, [cache.url("/purged")])
      #expect(await cache.send("GET", "/kept", on: lane).outcome == .hit)
      let new = await cache.send("GET", "/new", on: lane).text
      #expect(await cache.send("GET", "/new", on: lane).text == new)
      #expect(end(cache))
      #expect(await cache.send("GET", "/new", on: lane).text == new)
    }
  }

  @Test("clients wait together for what a peer brings; a peer, and who comes later, do not")
  func joined() async {
    let head = Gate()
    let cache = TestCache(Self.source(isPeer: true, head: head))
    await SharedLoops.run { lane in
      _ = cache.stage(on: lane)
      purge(cache)
      func ask(asPeer: Bool = false) -> TestClient {
        let client = TestClient("GET", "/", on: lane)
        client.exchange.client.isPeer = asPeer
        client.begin(cache.stage(on: lane))
        return client
      }
      let clients = [ask(), ask(), ask()]
      await lane.wait { cache.origin.count == 1 }
      let peers = [ask(asPeer: true)]
      await lane.wait { cache.origin.count == 2 }
      #expect(end(cache))
      let late = [ask(), ask()]
      await lane.wait { cache.origin.count == 3 }
      head.open()
      await lane.wait { (clients + peers + late).allSatisfy { $0.isDone } }
      #expect(clients.map(\.reply.text) == ["0", "0", "0"])
      #expect(peers.map(\.reply.text) == ["1"])
      #expect(late.map(\.reply.text) == ["2", "2"])
      #expect(await cache.send(on: lane).text == "2")
    }
  }

  @Test("what is asked of the origin after all, since no peer answers, is kept")
  func origin() async {
    let cache = TestCache(
      TestOrigin { (fetch, number) throws(Failure) in
        fetch.asksPeers?(true)
        fetch.asksPeers?(false)
        return Answer(fields: [("Cache-Control", "max-age=6000")], body: "\(number)").fetched()
      })
    await SharedLoops.run { lane in
      _ = cache.stage(on: lane)
      purge(cache)
      _ = await cache.send(on: lane)
      #expect(end(cache))
      #expect(await cache.send(on: lane).outcome == .hit)
    }
  }

  @Test("each purge has its own end; one that comes too late says so")
  func ends() async {
    let cache = TestCache(Self.source(isPeer: true))
    await SharedLoops.run { lane in
      _ = cache.stage(on: lane)
      purge(cache, name: "a 1")
      purge(cache, name: "b 1")
      #expect(end(cache, name: "a 1") && !end(cache, name: "a 1"))
      _ = await cache.send(on: lane)
      #expect(await cache.send(on: lane).outcome == .miss)
      #expect(!cache.group.purgesUnderWay.end("b 1", at: Self.begin + .seconds(60)))
      _ = await cache.send(on: lane)
      #expect(await cache.send(on: lane).outcome == .hit)
    }
  }

  @Test("no more are begun than there is room for")
  func bound() {
    let purges = PurgesUnderWay()
    let until = Self.begin + .seconds(60)
    for number in 0..<CacheLimits.purgesUnderWay {
      #expect(purges.begin("a \(number)", at: Self.begin, until: until))
    }
    #expect(!purges.begin("b", at: Self.begin, until: until))
    #expect(purges.begin("b", at: until, until: until + .seconds(60)))
  }
}
