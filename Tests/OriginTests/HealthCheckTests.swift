// Health checks over real sockets.

import Exchange
import Primitives
import Runtime
import Synchronization
import Testing

@testable import Origin

@Suite("Health checks")
struct HealthCheckTests {
  /// What an origin says of itself, for its script.
  private final class Mood: Sendable {
    let isWell = Atomic(true)
    let checks = Atomic(0)
  }

  /// An origin that answers requests with its name and health checks as it feels.
  private static func server(_ name: String, _ mood: Mood) async throws -> ScriptedOrigin {
    try await ScriptedOrigin.start { connection in
      while let head = await connection.head() {
        guard head.hasPrefix("GET /health ") else {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(name)")
          continue
        }
        mood.checks.add(1, ordering: .relaxed)
        let status = mood.isWell.load(ordering: .relaxed) ? "200 OK" : "503 Busy"
        connection.send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
      }
    }
  }

  private static var policy: OriginPolicy {
    var check = OriginHealthCheck()
    check.path = "/health"
    check.interval = .milliseconds(2)
    check.failures = 2
    check.successes = 2
    var policy = OriginPolicy()
    policy.healthCheck = check
    return policy
  }

  /// Turns of the loop until `condition` holds; false if it does not within ten seconds.
  private static func until(_ parker: Parker, _ condition: () -> Bool) async -> Bool {
    let deadline = SystemClock.monotonic + .seconds(10)
    while !condition() {
      guard SystemClock.monotonic < deadline else { return false }
      await parker.yield()
    }
    return true
  }

  @Test("an origin that says it is not well gets no requests, and gets them again when it is")
  func leftOut() async throws {
    let (moodA, moodB) = (Mood(), Mood())
    let a = try await Self.server("a", moodA)
    let b = try await Self.server("b", moodB)
    let seen = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([a.address, b.address], lane: lane, policy: Self.policy)
      defer { origin.close() }
      let parker = Parker(on: lane)
      func answers() async -> Set<String> {
        var answers: Set<String> = []
        for _ in 0..<6 { answers.insert("\(await OriginFixture().run(origin, parker))") }
        return answers
      }
      var seen = [await answers()]
      moodA.isWell.store(false, ordering: .relaxed)
      #expect(await Self.until(parker) { !origin.pool.servers[0].active.isWell })
      seen.append(await answers())
      moodA.isWell.store(true, ordering: .relaxed)
      #expect(await Self.until(parker) { origin.pool.servers[0].active.isWell })
      seen.append(await answers())
      // Checks are no requests of clients.
      #expect(origin.counts.fetches == 18)
      #expect(origin.counts.failures == 0)
      return seen
    }
    #expect(seen == [["200 a", "200 b"], ["200 b"], ["200 a", "200 b"]])
    await a.stop()
    await b.stop()
  }

  @Test("where no origin is well they are asked all the same")
  func allUnwell() async throws {
    let mood = Mood()
    mood.isWell.store(false, ordering: .relaxed)
    let a = try await Self.server("a", mood)
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([a.address], lane: lane, policy: Self.policy)
      defer { origin.close() }
      let parker = Parker(on: lane)
      #expect(await Self.until(parker) { !origin.pool.servers[0].active.isWell })
      return await OriginFixture().run(origin, parker)
    }
    #expect(answer == .response(200, "a"))
    await a.stop()
  }

  @Test("a check that is not answered in time is a failure, and so is one that is refused")
  func noAnswer() async throws {
    let silent = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      _ = await connection.end()
    }
    let gone = try await ScriptedOrigin.start { _ in }
    await gone.stop()
    await SharedRuntime.run { lane in
      var policy = Self.policy
      policy.healthCheck?.timeout = .milliseconds(5)
      let origin = OriginFixture.make(
        [silent.address, gone.address], lane: lane, policy: policy)
      defer { origin.close() }
      let servers = origin.pool.servers
      #expect(
        await Self.until(Parker(on: lane)) {
          !servers[0].active.isWell && !servers[1].active.isWell
        })
      // What clients' requests met is another matter.
      #expect(servers[0].health.ejection == nil && servers[1].health.ejection == nil)
    }
    await silent.stop()
  }

  @Test("with the zone's origins their checks end")
  func end() async throws {
    let mood = Mood()
    let a = try await Self.server("a", mood)
    await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      let origin = OriginFixture.make([a.address], lane: lane, policy: Self.policy)
      #expect(await Self.until(parker) { mood.checks.load(ordering: .relaxed) > 2 })
      origin.close()
      let count = mood.checks.load(ordering: .relaxed)
      let later = SystemClock.monotonic + .milliseconds(40)
      while SystemClock.monotonic < later { await parker.yield() }
      // One may have been under way.
      #expect(mood.checks.load(ordering: .relaxed) <= count + 1)
    }
    await a.stop()
  }

  @Test("one answer among others changes nothing: it takes so many in a row")
  func inARow() {
    var check = OriginHealthCheck()
    check.failures = 3
    check.successes = 2
    var health = ActiveHealth()
    var seen = ""
    for isGood in [false, false, true, false, false, false, true, false, true, true] {
      health.note(isGood: isGood, check)
      seen += health.isWell ? "+" : "-"
    }
    #expect(seen == "+++++----+")
  }
}
