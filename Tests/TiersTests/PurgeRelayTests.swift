// How purges go to all servers.

import Primitives
import Runtime
import Testing

@testable import Tiers

@Suite("Purges of a fleet")
struct PurgeRelayTests {
  private static let text = Array("all of it".utf8)

  /// Gives a purge from the first edge, as its desk is made by `prepare`; what came of it, and the desk.
  private func relay(
    _ prepare: @escaping @Sendable (NotedDesk) -> Void = { _ in }
  ) async throws -> (away: [String], desk: NotedDesk, purgedAgain: Bool) {
    let topology = try TierTopology.fleet(edges: 2, regions: 1)
    return try await VirtualLoop.run { loop in
      let lane = Lane(loop: loop, name: "purges")
      let desk = NotedDesk(TierRoute(topology, own: 0), on: lane)
      prepare(desk)
      let relay = PurgeRelay(on: lane)
      let number = relay.begin(at: desk) ?? 0
      var purgedAgain = false
      let outcome = await relay.relay(
        NumberedPurge(number: number, texts: [Self.text]), at: desk
      ) { purgedAgain = true }
      return (outcome?.away ?? [], desk, purgedAgain)
    }
  }

  @Test("all make it, and then all hear that all have")
  func rounds() async throws {
    let (away, desk, purgedAgain) = try await relay()
    let others = ["e1-0", "r0-0", "u0-0"]
    #expect(away.isEmpty && !purgedAgain && desk.owed.isEmpty)
    #expect(desk.told.prefix(3).map(\.subject) == Array(repeating: .purgeBegins, count: 3))
    #expect(desk.told.prefix(3).map(\.server).sorted() == others)
    #expect(desk.told.suffix(3).map(\.subject) == Array(repeating: .purgeEnds, count: 3))
    #expect(desk.told.suffix(3).map(\.server).sorted() == others && desk.told.count == 6)
    #expect(desk.begun.isEmpty, "it is under way here for ever")
    let purges = desk.told.prefix(3).compactMap { NumberedPurge($0.content) }
    #expect(purges.count == 3 && purges.allSatisfy { $0.texts == [Self.text] })
    let ends = Set(desk.told.suffix(3).compactMap { NumberedPurge.number($0.content) })
    #expect(ends == Set(purges.map(\.number)))
  }

  @Test("who is away, or had begun it but does not know of it any more, is owed it")
  func away() async throws {
    for subject in [PeerMessage.Subject.purgeBegins, .purgeEnds] {
      let (away, desk, _) = try await relay { $0.failing = [("r0-0", subject)] }
      #expect(away == ["r0-0"] && desk.owed == ["r0-0"])
      let ends = desk.told.filter { $0.subject == .purgeEnds && $0.server != "r0-0" }
      #expect(ends.map(\.server).sorted() == ["e1-0", "u0-0"])
    }
  }

  @Test("a server that comes to the topology meanwhile makes it before all hear that all have")
  func added() async throws {
    let larger = try TierTopology.fleet(edges: 3, regions: 1)
    let (away, desk, _) = try await relay { desk in
      desk.nextRoute = TierRoute(larger, own: 0)
    }
    #expect(away.isEmpty)
    let added = desk.told.indices.filter { desk.told[$0].server == "e2-0" }
    let firstEnd = desk.told.firstIndex { $0.subject == .purgeEnds } ?? 0
    #expect(added.map { desk.told[$0].subject } == [.purgeBegins, .purgeEnds])
    #expect(added[0] < firstEnd)
  }

  @Test("one that takes too long is made here once more, for what was kept meanwhile")
  func late() async throws {
    let (_, _, purgedAgain) = try await relay { $0.forgetsOwn = true }
    #expect(purgedAgain)
  }

  @Test("what can't be noted as given is given once, and again in the next round")
  func unsettled() async throws {
    let (_, desk, _) = try await relay()
    #expect(desk.told.count == 6)
    let topology = try TierTopology.fleet(edges: 2, regions: 1)
    let (given, rounds) = try await VirtualLoop.run { loop in
      let lane = Lane(loop: loop, name: "purges")
      let desk = NotedDesk(TierRoute(topology, own: 0), on: lane)
      desk.owes = [OwedPurge(number: 1, text: desk.purgeOfReturned)]
      let relay = PurgeRelay(on: lane)
      await relay.settle(at: desk)
      let given = desk.told.count
      await relay.settle(at: desk)
      return (given, desk.told.count)
    }
    #expect(given == 1 && rounds == 2)
  }

  @Test("a message does both, each once; one without a number is refused")
  func received() async throws {
    let topology = try TierTopology.fleet(edges: 2, regions: 1)
    let (answers, begun, made) = try await VirtualLoop.run { loop in
      let desk = NotedDesk(TierRoute(topology, own: 0), on: Lane(loop: loop, name: "desk"))
      let relay = PurgeRelay(on: Lane(loop: loop, name: "purges"))
      func receive(_ subject: PeerMessage.Subject, _ text: String) async -> Bool {
        await relay.receive(PeerMessage(subject, from: "e1-0", Array(text.utf8)), at: desk)
      }
      var answers = [await receive(.purgeBegins, "7 all of it")]
      let begun = desk.begun
      answers.append(await receive(.purgeEnds, "8"))
      answers.append(await receive(.purgeEnds, "7"))
      answers.append(await receive(.purgeEnds, "7"))
      answers.append(await receive(.purgeBegins, "all of it"))
      answers.append(await receive(.purgeEnds, ""))
      return (answers, begun, desk.purged)
    }
    #expect(answers == [true, false, true, false, false, false])
    #expect(begun == ["e1-0 7"] && made == [Self.text])
  }
}
