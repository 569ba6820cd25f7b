// Connections that exchanges wait for together.

import Exchange
import HTTPClient
import Primitives
import Runtime
import TLS
import Testing

@testable import Origin

@Suite("Waiting for connections to origins")
struct PoolTests {
  /// What a connection does beside answering.
  private enum Turn { case serve, refuse, hang, waitForAll }

  private static func start(
    _ turns: [Turn], all count: Int = 0
  ) async throws -> ScriptedOrigin {
    let tls = try ScriptedTLS(names: ["origin.test"], protocols: [.http2, .http11])
    let arrivals = Arrivals()
    return try await ScriptedOrigin.start { connection in
      switch connection.index < turns.count ? turns[connection.index] : turns[turns.count - 1] {
      case .serve: break
      case .refuse: return
      case .hang:
        connection.note("came")
        _ = await connection.end()
        return
      case .waitForAll:
        arrivals.count += 1
        while arrivals.count < count && connection.isOpen { await connection.yield() }
      }
      guard await connection.handshake(tls) else { return }
      if connection.index == 0 {
        // It speaks HTTP/2, and is gone before the exchanges that matter.
        connection.close()
      } else {
        await ScriptedHTTP2.serve(connection)
      }
    }
  }

  private static func make(
    _ server: ScriptedOrigin, _ lane: Lane, _ policy: OriginPolicy
  ) -> Origin {
    OriginFixture.make([server.address], lane: lane, policy: policy) {
      $0.scheme = .https
      $0.verifiesCertificate = false
      $0.timeouts.connect = .seconds(5)
      $0.timeouts.firstByte = .seconds(20)
    }
  }

  /// An origin that is known to speak HTTP/2, without a connection to it.
  private static func known(
    _ server: ScriptedOrigin, _ lane: Lane, connections: Int = 256
  ) async -> Origin {
    var policy = OriginPolicy()
    policy.retries = 0
    policy.connectionsPerOrigin = connections
    policy.waitTimeout = .seconds(10)
    let origin = make(server, lane, policy)
    let parker = Parker(on: lane)
    do throws(OriginFault) {
      _ = try await origin.pool.lease(origin.pool.servers[0], OriginLease.Wish(), parker: parker)
    } catch {
      // It may be gone before it is ours.
    }
    while origin.pool.servers[0].openCount > 0 { await parker.yield() }
    return origin
  }

  @Test("when the connection that all wait for fails, they all try at once, each on its own")
  func failedOpening() async throws {
    let count = 12
    // None of those that follow is served before all have come.
    let server = try await Self.start([.serve, .refuse, .waitForAll], all: count - 1)
    let answers = await SharedRuntime.run { lane in
      let origin = await Self.known(server, lane)
      let answers = await Together(count, path: "/size", from: origin, on: lane).answers()
      origin.close()
      return answers
    }
    #expect(answers.count == count)
    #expect(answers.count { $0 == .response(200, "0") } == count - 1)
    #expect(await server.connectionCount == count + 1)
    await server.stop()
  }

  @Test("when whoever opens the connection that all wait for gives up, the next one opens it")
  func cancelledOpening() async throws {
    let count = 12
    let server = try await Self.start([.serve, .hang, .serve])
    let answers = await SharedRuntime.run { lane in
      let origin = await Self.known(server, lane)
      let together = Together(count, path: "/size", from: origin, on: lane)
      _ = await server.notes(1)
      together.fetches[0].parker.cancel()
      let answers = await together.answers()
      origin.close()
      return answers
    }
    #expect(answers.count == count)
    #expect(answers.count { $0 == .response(200, "0") } == count - 1)
    #expect(answers.contains(.failed(.clientAborted)))
    #expect(await server.connectionCount == 3)
    await server.stop()
  }

  @Test("whoever gives up a place on a shared connection leaves it to the next")
  func cancelledShare() async throws {
    let server = try await Self.start([.serve])
    let outcomes = await SharedRuntime.run { lane in
      let origin = await Self.known(server, lane, connections: 1)
      let parkers = [Parker(on: lane), Parker(on: lane)]
      // The connection is quiet from here on, so that nothing else lets anybody in.
      _ = await OriginFixture(path: "/size").run(origin, parkers[0])
      guard let connection = origin.pool.servers[0].shared(origin.policy, now: lane.loop.now)
      else { return ["no connection"] }
      let silent = await Self.fill(connection, of: origin, on: lane)
      let waiting = Leases()
      for parker in parkers { lane.start { await waiting.lease(from: origin, parker) } }
      while waiting.begun < 2 { await silent.yield() }
      origin.pool.share(connection, of: origin.pool.servers[0])
      parkers[0].cancel()
      while waiting.outcomes.count < 2 { await silent.yield() }
      await silent.cancel()
      origin.close()
      return waiting.outcomes
    }
    #expect(outcomes == ["cancelled", "shared"])
    await server.stop()
  }

  /// Takes all streams of `connection` but one.
  private static func fill(
    _ connection: HTTP2ClientConnection, of origin: Origin, on lane: Lane
  ) async -> Together {
    let server = origin.pool.servers[0]
    let count = server.room(of: connection, origin.policy, now: lane.loop.now) - 1
    let silent = Together(count, path: "/silent", from: origin, on: lane)
    while server.room(of: connection, origin.policy, now: lane.loop.now) > 1 {
      await silent.yield()
    }
    return silent
  }

  @Test("a connection for an upgrade leaves it known that the origin speaks HTTP/2")
  func upgrade() async throws {
    let server = try await Self.start([.serve])
    let speaksHTTP2 = await SharedRuntime.run { lane in
      let origin = await Self.known(server, lane)
      let target = origin.pool.servers[0]
      do throws(OriginFault) {
        let lease = try await origin.pool.lease(
          target, OriginLease.Wish(needsHTTP1: true), parker: Parker(on: lane))
        if case .http1(let connection) = lease { connection.close() }
      } catch {
        return false
      }
      return target.speaksHTTP2 && target.openCount == 0
    }
    #expect(speaksHTTP2)
    await server.stop()
  }
}

/// Fetches that are made at once.
private final class Together: @unchecked Sendable {
  // Confined to the loop of the test that made it.
  let fetches: [Fetch]
  private var answered: [OriginFixture.Answer] = []
  private let parker: Parker

  init(_ count: Int, path: String, from origin: Origin, on lane: Lane) {
    parker = Parker(on: lane)
    fetches = (0..<count).map { _ in OriginFixture(path: path).fetch(Parker(on: lane)) }
    for fetch in fetches {
      lane.start { self.answered.append(await OriginFixture.answer(origin, fetch)) }
    }
  }

  func answers() async -> [OriginFixture.Answer] {
    let end = SystemClock.monotonic + .seconds(40)
    while answered.count < fetches.count && SystemClock.monotonic < end { await parker.yield() }
    return answered
  }

  func cancel() async {
    for fetch in fetches { fetch.parker.cancel() }
    _ = await answers()
  }

  /// Lets other work go first.
  func yield() async { await parker.yield() }
}

/// What those got who waited for a place at an origin.
private final class Leases: @unchecked Sendable {
  // Confined to the loop of the test that made it.
  private(set) var begun = 0
  private(set) var outcomes: [String] = []

  func lease(from origin: Origin, _ parker: Parker) async {
    begun += 1
    do throws(OriginFault) {
      let wish = OriginLease.Wish(isFresh: true)
      switch try await origin.pool.lease(origin.pool.servers[0], wish, parker: parker) {
      case .http1: outcomes.append("its own")
      case .http2: outcomes.append("shared")
      }
    } catch {
      if case .client(.cancelled) = error {
        outcomes.append("cancelled")
      } else {
        outcomes.append("failed")
      }
    }
  }
}

/// How many connections have come so far.
private final class Arrivals: @unchecked Sendable {
  // Confined to the origins' loop.
  var count = 0
}
