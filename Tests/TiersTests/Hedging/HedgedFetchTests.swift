// When a second server is asked, and what becomes of the first.

import Primitives
import Testing

@testable import Tiers

@Suite("Hedged fetches")
struct HedgedFetchTests {
  /// An edge, two regional servers, an upper one: `e0-0` asks `r0-0` first.
  private static func run<Result: Sendable>(
    _ body: @escaping @Sendable (HedgingWorld) async -> Result
  ) async throws -> Result {
    try await HedgingWorld.run(.fleet(edges: 1, regions: 2, uppers: 1), as: "e0-0", body)
  }

  @Test func `where a parent is slow the next one is asked as well, and the first head is taken`()
    async throws
  {
    try await Self.run { world in
      world.peers.answers["r0-0"] = .head(after: .seconds(30))
      #expect(await world.ask("/a") == "r1-0")
      #expect(world.peers.asked == ["r0-0": 1, "r1-0": 1])
      #expect(world.figures("r1-0").hedges == 1 && world.figures("r1-0").hedgesWon == 1)
      #expect(world.figures("r0-0").failures == 0, "a slow server was blamed")
      #expect(world.peers.cancelled == ["r0-0": 1])
      #expect(world.network.exchanges == 0 && world.origin.count == 0)
    }
  }

  @Test
  func `a server that answers after all before the other is taken, and nothing is asked twice`()
    async throws
  {
    try await Self.run { world in
      world.peers.answers["r0-0"] = .head(after: .milliseconds(600))
      world.peers.answers["r1-0"] = .head(after: .milliseconds(200))
      #expect(await world.ask("/a") == "r0-0")
      #expect(world.figures("r1-0").hedges == 1 && world.figures("r1-0").hedgesWon == 0)
      #expect(world.peers.cancelled == ["r1-0": 1])
      world.peers.answers["r0-0"] = .head(after: .milliseconds(400))
      #expect(await world.ask("/b") == "r0-0")
      #expect(world.peers.asked == ["r0-0": 2, "r1-0": 1])
    }
  }

  @Test(arguments: [
    ScriptedPeers.Answer.refusal(after: .milliseconds(1)), .reset(after: .milliseconds(1)),
  ])
  func `the origin is not asked as long as a server that may be asking it is waited for`(
    _ answer: ScriptedPeers.Answer
  ) async throws {
    try await Self.run { world in
      world.peers.answers["r0-0"] = .head(after: .seconds(60))
      world.peers.answers["r1-0"] = answer
      world.peers.answers["u0-0"] = answer
      #expect(await world.ask("/a") == "r0-0")
      #expect(world.origin.count == 0)
      // One hedge, whatever becomes of it.
      #expect(world.peers.asked == ["r0-0": 1, "r1-0": 1])
    }
  }

  @Test func `where the first fails while another is asked, that one is waited for`() async throws {
    try await Self.run { world in
      world.peers.answers["r0-0"] = .reset(after: .milliseconds(700))
      world.peers.answers["r1-0"] = .head(after: .seconds(5))
      #expect(await world.ask("/a") == "r1-0")
      #expect(world.peers.asked == ["r0-0": 1, "r1-0": 1])
      #expect(world.figures("r0-0").failures == 1)
      #expect(world.origin.count == 0)
    }
  }

  @Test
  func `a server that answers one request amiss is asked the next, and one that is gone is not`()
    async throws
  {
    try await Self.run { world in
      for answer in [ScriptedPeers.Answer.reset(after: .zero), .broken(after: .zero)] {
        world.peers.asked = [:]
        world.peers.answers["r0-0"] = answer
        #expect(await world.ask("/a") == "r1-0")
        world.peers.answers["r0-0"] = .head(after: .zero)
        #expect(await world.ask("/b") == (world.figures("r0-0").failures == 1 ? "r0-0" : "r1-0"))
      }
      #expect(world.figures("r0-0").failures == 2)
      #expect(world.figures("r0-0").lastFailure == "closedBeforeResponse")
      #expect(world.origin.count == 0)
    }
  }

  @Test func `where all fail the origin is asked once`() async throws {
    try await Self.run { world in
      world.peers.answers["r0-0"] = .reset(after: .seconds(1))
      world.peers.answers["r1-0"] = .refusal(after: .seconds(1))
      world.peers.answers["u0-0"] = .refusal(after: .seconds(1))
      #expect(await world.ask("/a") == "origin")
      #expect(world.origin.count == 1)
      #expect(world.peers.asked == ["r0-0": 1, "r1-0": 1, "u0-0": 1])
    }
  }

  @Test func `an origin that fails has failed for both`() async throws {
    try await Self.run { world in
      world.peers.answers["r0-0"] = .head(after: .seconds(60))
      world.peers.answers["r1-0"] = .originFailure(after: .seconds(1))
      #expect(await world.ask("/a") == nil)
      #expect(world.peers.cancelled == ["r0-0": 1])
      #expect(world.origin.count == 0 && world.network.exchanges == 0)
    }
  }

  @Test func `of a thousand requests to a slow server one in twenty is hedged`() async throws {
    try await Self.run { world in
      for number in 0..<1_000 {
        // It becomes slower all the time, so that none comes within what is usual.
        world.peers.answers["r0-0"] = .head(after: .milliseconds(1_000 + 10 * number))
        _ = await world.ask("/\(number)")
      }
      let hedges = world.figures("r1-0").hedges
      #expect((45...51).contains(hedges), "\(hedges)")
      #expect(world.origin.count == 0)
    }
  }

  @Test func `a server whose heads come fast is hedged sooner`() async throws {
    try await Self.run { world in
      for number in 0..<50 { _ = await world.ask("/\(number)") }
      world.peers.answers["r0-0"] = .head(after: .milliseconds(100))
      #expect(await world.ask("/slow") == "r1-0")
    }
  }

  @Test func `a server of the upper tier, and one with no upper tier above, asks one server only`()
    async throws
  {
    let fleets = [
      (try TierTopology.fleet(edges: 1, uppers: 4), "u0-0"),
      (try TierTopology.fleet(edges: 1, regions: 3, uppers: 0), "e0-0"),
    ]
    for (topology, name) in fleets {
      try await HedgingWorld.run(topology, as: name) { world in
        for server in topology.servers {
          world.peers.answers[server.name] = .head(after: .seconds(5))
        }
        for number in 0..<8 {
          let asked = world.peers.asked.values.reduce(0, +)
          let own = world.origin.count
          _ = await world.ask("/\(number)")
          let more = world.peers.asked.values.reduce(0, +) - asked + world.origin.count - own
          #expect(more == 1)
        }
      }
    }
  }
}
