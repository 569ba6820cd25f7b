// Look-ups of names while zones change.

import Primitives
import Runtime
import Synchronization
import Testing
import Zones

@testable import Gateway

@Suite struct LookupTests {
  @Test func `a change that comes while a name is looked up is not undone by what was found`()
    async throws
  {
    let edge = try TestEdge()
    try await edge.change(.put(TestEdge.zone(1, ["a.example"], mark: "old")))
    let first = try await Self.ask(
      edge, "a.example", during: [.put(TestEdge.zone(1, ["a.example"], mark: "new"))])
    #expect(first.mark == "new")
    #expect(await edge.ask("a.example").mark == "new")
  }

  @Test func `a zone that is removed while its name is looked up does not serve`() async throws {
    let edge = try TestEdge()
    let zone = TestEdge.zone(1, ["a.example"], mark: "old")
    try await edge.change(.put(zone))
    let first = try await Self.ask(edge, "a.example", during: [.remove(zone.id)])
    #expect(first.status == 421)
    #expect(await edge.ask("a.example").status == 421)
  }

  @Test func `a zone that is added while its name is looked up is served`() async throws {
    let edge = try TestEdge()
    let first = try await Self.ask(
      edge, "a.example", during: [.put(TestEdge.zone(1, ["a.example"], mark: "new"))])
    #expect(first.mark == "new")
    #expect(await edge.ask("a.example").mark == "new")
  }

  @Test func `a wildcard takes its names from the default zone, and from no other`() async throws {
    let edge = try TestEdge(defaultZone: "default.example")
    try await edge.change(
      .put(TestEdge.zone(1, ["default.example", "own.b.example"], mark: "default")),
      .put(TestEdge.zone(2, ["c.b.example"], mark: "c")))
    for (name, mark) in [("x.b.example", "default"), ("own.b.example", "default")] {
      #expect(await edge.ask(name).mark == mark)
    }
    #expect(await edge.ask("c.b.example").mark == "c")
    try await edge.change(.put(TestEdge.zone(3, ["*.b.example"], mark: "b", domain: "b.example")))
    for (name, mark) in [
      ("x.b.example", "b"), ("own.b.example", "default"), ("c.b.example", "c"),
      ("y.x.b.example", "default"),
    ] {
      #expect(await edge.ask(name).mark == mark)
    }
  }

  /// Asks for `host` on the first loop, and brings changes there between the look-up's result and the
  /// loop's next work: the loop stands still until both have come.
  private static func ask(
    _ edge: TestEdge, _ host: String, during changes: [ZoneChange]
  ) async throws -> Reply {
    let gateway = edge.gateway(0)
    let lane = gateway.loop.systemLane
    let gate = Gate()
    let reply = await withCheckedContinuation { continuation in
      lane.post {
        let client = TestClient(host, "/", at: gateway, on: lane) {
          continuation.resume(returning: $0)
        }
        client.begin()
        // Behind the task that asks the directory.
        lane.post {
          gateway.directory.loop.systemLane.post {
            gate.failure = publish(changes, edge.store, at: gateway)
            gate.isOver.store(true, ordering: .releasing)
          }
          while !gate.isOver.load(ordering: .acquiring) {}
        }
      }
    }
    if let failure = gate.failure { throw failure }
    return reply
  }

  /// As `Edge.publish`, from the directory's thread and without waiting.
  private static func publish(
    _ changes: [ZoneChange], _ store: ZoneStore, at gateway: Gateway
  ) -> (any Error)? {
    do {
      let applied = try store.apply(changes)
      let publication = gateway.directory.publication(
        of: applied.changes[...], sequence: applied.sequence)
      for piece in publication.pieces {
        gateway.loop.systemLane.post { gateway.apply(piece, sequence: publication.sequence) }
      }
      return nil
    } catch { return error }
  }
}

/// What the two threads of `ask` tell each other.
private final class Gate: @unchecked Sendable {
  // Set before `isOver`, read after.
  var failure: (any Error)?
  let isOver = Atomic(false)
}
