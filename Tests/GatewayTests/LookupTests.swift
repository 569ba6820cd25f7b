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
    let new = TestEdge.zone(1, ["a.example"], mark: "new")
    try await Self.ask(edge, "a.example", during: .put(new))
    #expect(await edge.ask("a.example").mark == "new")
  }

  @Test func `a change that was made before a look-up and told behind it is not undone either`()
    async throws
  {
    let edge = try TestEdge()
    try await edge.change(.put(TestEdge.zone(1, ["a.example"], mark: "old")))
    // The directory has its snapshot in memory, because the other loop does.
    #expect(await edge.ask("a.example", on: 1).mark == "old")
    try await Self.ask(
      edge, "a.example", during: .put(TestEdge.zone(1, ["a.example"], mark: "new")),
      isMadeBefore: true)
    #expect(await edge.ask("a.example").mark == "new")
  }

  @Test func `a zone that is removed while its name is looked up does not serve`() async throws {
    let edge = try TestEdge()
    let zone = TestEdge.zone(1, ["a.example"], mark: "old")
    try await edge.change(.put(zone))
    try await Self.ask(edge, "a.example", during: .remove(zone.id))
    #expect(await edge.ask("a.example").status == 421)
  }

  @Test func `a zone that is added while its name is looked up is served`() async throws {
    let edge = try TestEdge()
    let new = TestEdge.zone(1, ["a.example"], mark: "new")
    try await Self.ask(edge, "a.example", during: .put(new))
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

  /// Asks for `host` on the first loop, and brings a change there between the look-up's result and the
  /// loop's next work: the loop stands still until both have come. Returns when both were dealt with.
  private static func ask(
    _ edge: TestEdge, _ host: String, during change: ZoneChange, isMadeBefore: Bool = false
  ) async throws {
    let gateway = edge.gateway(0)
    let lane = gateway.loop.systemLane
    let gate = Gate()
    if isMadeBefore { gate.applied = try edge.store.apply([change]) }
    _ = await withCheckedContinuation { (continuation: CheckedContinuation<Reply, Never>) in
      lane.post {
        let client = TestClient(host, "/", at: gateway, on: lane) {
          continuation.resume(returning: $0)
        }
        client.begin()
        // Behind the task that asks the directory.
        lane.post {
          gateway.directory.loop.systemLane.post {
            gate.publish(change, edge.store, at: gateway)
            gate.isOver.store(true, ordering: .releasing)
          }
          while !gate.isOver.load(ordering: .acquiring) {}
        }
      }
    }
    if let fault = gate.fault { throw fault }
    let applied = try #require(gate.applied)
    try await edge.wait { await edge.on(0) { $0.appliedSequence >= applied.sequence } }
  }
}

/// A change on its way, from one thread to another.
private final class Gate: @unchecked Sendable {
  // Set before `isOver`, read after.
  var applied: AppliedChanges?
  var fault: (any Error)?
  let isOver = Atomic(false)

  /// As `Edge.publish`, on the directory's thread and without waiting; makes the change first if that
  /// was not done.
  func publish(_ change: ZoneChange, _ store: ZoneStore, at gateway: Gateway) {
    do { applied = try applied ?? store.apply([change]) } catch {
      fault = error
      return
    }
    guard let applied else { return }
    let publication = gateway.directory.publication(of: applied.changes[...])
    for piece in publication.pieces {
      gateway.loop.systemLane.post { gateway.apply(piece, sequence: publication.sequence) }
    }
  }
}
