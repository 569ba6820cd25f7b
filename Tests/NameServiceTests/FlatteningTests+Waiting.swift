// Queries that wait for the addresses of an alias's target.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

extension FlatteningTests {
  private static func activateTwo(_ test: ServerTest, _ lane: Lane) -> NameZone? {
    guard
      let image = try? zone(
        [
          TestAnswers.record("a.z.test", .cname, "far.elsewhere"),
          TestAnswers.record("b.z.test", .cname, "near.elsewhere"),
        ], flattened: ["a.z.test.", "b.z.test."]
      ).get()
    else { return nil }
    let snapshot = NameZoneSnapshot(id: ZoneID(high: 0, low: 79), image: image, epoch: 1)
    return test.server.activate(snapshot, Lane(loop: lane.loop, name: "tenant"))
  }

  private static func question(_ name: String, _ zone: NameZone) -> AliasQuestion {
    AliasQuestion(zone: zone.snapshot.id, name: Messages.wire(name), type: .a)
  }

  @Test("what was found wakes those who wait for it, and nobody else") func wakes() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activateTwo(test, lane),
        let stream = TestStream(lane, to: test.server)
      else { return "no sockets" }
      defer { test.close() }
      test.server.aliasWaitMilliseconds = 600_000
      test.directory.silent = ["far.elsewhere A", "near.elsewhere A"]
      for id in 0..<6 {
        test.send(Messages.query(id % 2 == 0 ? "a.z.test" : "b.z.test", .a, id: id))
      }
      let query = Messages.query("b.z.test", .a, id: 99)
      stream.send(Messages.word(query.count) + query)
      await lane.wait { zone.aliasWaits == 7 }
      let found = AliasFinding.addresses(Self.run, ttl: 300)
      // Another zone wanted the same name.
      test.server.learn(
        AliasQuestion(
          zone: ZoneID(high: 9, low: 9), name: Messages.wire("far.elsewhere"), type: .a), found)
      guard zone.aliasWaits == 7 else { return "woken by another zone's" }
      test.server.learn(Self.question("far.elsewhere", zone), found)
      let replies = await test.replies(3)
      guard Set(replies.map(\.id)) == [0, 2, 4], zone.aliasWaits == 4, zone.held.isEmpty else {
        return "\(replies) \(zone.aliasWaits)"
      }
      test.server.learn(Self.question("near.elsewhere", zone), found)
      let others = await test.replies(3)
      let streamed = await stream.replies(1)
      guard Set(others.map(\.id)) == [1, 3, 5], streamed.map(\.id) == [99] else {
        return "\(others)"
      }
      guard zone.aliasWaits == 0, test.server.aliasWaits.count == 0 else { return "counts" }
      return test.directory.asked.joined(separator: ", ")
    }
    #expect(outcome == "far.elsewhere A, near.elsewhere A")
  }

  @Test("what another loop asked for is known here, too") func toldByOthers() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activateTwo(test, lane) else {
        return "no sockets"
      }
      defer { test.close() }
      test.server.learn(
        Self.question("far.elsewhere", zone), .addresses(Self.run, ttl: 300))
      test.send(Messages.query("a.z.test", .a, id: 1))
      let replies = await test.replies(1)
      guard replies[0].sections[0].map(\.content) == [[192, 0, 2, 9]] else { return "\(replies)" }
      return "asked \(test.directory.asked.count) times"
    }
    #expect(outcome == "asked 0 times")
  }

  @Test("who waits is answered SERVFAIL after a while, and who comes later at once")
  func impatience() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activateTwo(test, lane) else {
        return "no sockets"
      }
      defer { test.close() }
      test.server.aliasWaitMilliseconds = 50
      test.directory.silent = ["far.elsewhere A"]
      for id in 0..<3 { test.send(Messages.query("a.z.test", .a, id: id)) }
      let replies = await test.replies(3)
      guard replies.allSatisfy({ $0.code == 2 }), zone.aliasWaits == 0 else { return "\(replies)" }
      test.send(Messages.query("a.z.test", .a, id: 4))
      let late = await test.replies(1)
      guard late[0].code == 2, zone.aliasWaits == 0 else { return "\(late)" }
      // It comes after all.
      test.server.learn(
        Self.question("far.elsewhere", zone), .addresses(Self.run, ttl: 300))
      test.send(Messages.query("a.z.test", .a, id: 5))
      let good = await test.replies(1)
      guard good[0].sections[0].map(\.type) == [.a] else { return "\(good)" }
      return "asked \(test.directory.asked.count) times"
    }
    #expect(outcome == "asked 1 times")
  }

  @Test("addresses that have run out are answered at once while new ones are asked for")
  func staleAtOnce() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activateTwo(test, lane) else {
        return "no sockets"
      }
      defer { test.close() }
      test.directory.silent = ["far.elsewhere A"]
      let question = Self.question("far.elsewhere", zone)
      test.server.learn(question, .addresses(Self.run, ttl: 300))
      let late = lane.loop.now + .seconds(301)
      guard case .known(let entry, let ttl) = zone.aliases.find(question.name.span, .a, now: late)
      else { return "not known" }
      guard ttl == 30, !entry.contents.isEmpty, test.directory.asked.count == 1 else {
        return "\(ttl), asked \(test.directory.asked)"
      }
      // Who tells no addresses, and not for how long, takes none away.
      test.server.learn(question, .unproven)
      guard case .known(let kept, _) = zone.aliases.find(question.name.span, .a, now: late),
        !kept.contents.isEmpty
      else { return "taken away" }
      test.server.learn(question, .addresses([], ttl: 60))
      guard case .known(let none, _) = zone.aliases.find(question.name.span, .a),
        none.contents.isEmpty
      else { return "kept" }
      return "fine"
    }
    #expect(outcome == "fine")
  }

  @Test("queries that wait are bounded by zone, and those of other zones have places")
  func boundedWaits() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activateTwo(test, lane),
        let other = Self.activate(test, lane, at: "y.test", 80)
      else { return "no sockets" }
      defer { test.close() }
      test.server.aliasWaitMilliseconds = 600_000
      test.directory.silent = ["far.elsewhere A", "near.elsewhere A"]
      let limit = NameServiceLimits.aliasWaitsPerZone
      for id in 0..<(limit + 10) {
        test.send(Messages.query(id % 2 == 0 ? "a.z.test" : "b.z.test", .a, id: id))
        await lane.wait { zone.aliasWaits + Int(test.server.counters.dropped) > id }
      }
      guard test.server.counters.dropped == 10 else { return "\(test.server.counters.dropped)" }
      guard zone.aliasWaits == limit else { return "\(zone.aliasWaits) wait" }
      test.send(Messages.query("y.test", .a, id: 1_000))
      await lane.wait { other.aliasWaits > 0 }
      return "fine"
    }
    #expect(outcome == "fine")
  }

  @Test("a connection that is closed while it waits is forgotten") func closedStream() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activateTwo(test, lane),
        let stream = TestStream(lane, to: test.server)
      else { return "no sockets" }
      defer { test.close() }
      test.server.aliasWaitMilliseconds = 600_000
      test.directory.silent = ["far.elsewhere A"]
      let query = Messages.query("a.z.test", .a, id: 1)
      stream.send(Messages.word(query.count) + query)
      await lane.wait { zone.aliasWaits > 0 }
      guard let entry = zone.aliases.entries.values.first, entry.streams.count == 1 else {
        return "nobody waits"
      }
      // As when it is the longest idle one of too many.
      test.server.streams.longestIdle?.end()
      guard entry.streams.isEmpty, zone.aliasWaits == 0, test.server.aliasWaits.count == 0 else {
        return "\(entry.streams.count) left"
      }
      return "fine"
    }
    #expect(outcome == "fine")
  }

  @Test("who waits for a target that nobody tells is answered when the zone has another record")
  func changedMeanwhile() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activateTwo(test, lane),
        let image = try? Self.zone([TestAnswers.record("a.z.test", .a, [192, 0, 2, 44])]).get()
      else { return "no sockets" }
      defer { test.close() }
      test.server.aliasWaitMilliseconds = 600_000
      test.directory.silent = ["far.elsewhere A", "near.elsewhere A"]
      test.send(Messages.query("a.z.test", .a, id: 1))
      await lane.wait { zone.aliasWaits == 1 }
      test.server.apply(
        zone.snapshot.id, NameZoneSnapshot(id: zone.snapshot.id, image: image, epoch: 2))
      let replies = await test.replies(1)
      guard replies[0].sections[0].map(\.content) == [[192, 0, 2, 44]] else { return "\(replies)" }
      return "\(zone.aliasWaits) wait"
    }
    #expect(outcome == "0 wait")
  }
}
