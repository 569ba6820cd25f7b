// A server of many cores has few connections to each peer.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime
import Testing

@testable import Tiers

@Suite("Connections of other loops", .serialized)
struct BorrowingTests {
  /// What waits for a zone's clients, and what came before a head.
  private final class Zone: ContentTenant, @unchecked Sendable {
    // Confined to the borrowing loop.
    var waitingBytes = 0
    var mostBytes = 0
    var statuses: [UInt16] = []
    var hasOutputRoom = true
    let hasInputRoom = true

    func waitingOutputChanged(by bytes: Int) {
      waitingBytes += bytes
      mostBytes = max(mostBytes, waitingBytes)
    }

    func waitingInputChanged(by bytes: Int) {}
  }

  /// A response as its reader has it.
  fileprivate struct Reading: Equatable, Sendable {
    var status: UInt16 = 0
    var bytes = 0
    var isIntact = true
    var trailer: String?
    var end = "complete"
  }

  /// Reads a response, and checks each byte of it.
  fileprivate static func read(
    _ outcome: Result<FetchedResponse, PeerFault>, _ parker: Parker
  ) async -> Reading {
    var reading = Reading()
    switch outcome {
    case .failure(let error): reading.end = "\(error)"
    case .success(let response):
      reading.status = response.head.status
      guard case .stream(let source) = response.body else {
        reading.bytes = response.body.count
        return reading
      }
      do throws(Failure) {
        while let piece = try await source.next(parker) {
          for (offset, byte) in piece.array().enumerated() {
            reading.isIntact = reading.isIntact && byte == UInt8((reading.bytes + offset) % 251)
          }
          reading.bytes += piece.count
        }
        reading.trailer = source.trailers?.text(.etag)
      } catch { reading.end = "\(error.kind)" }
    }
    return reading
  }

  @Test func `only the first four loops have connections, the others use theirs in turn`() {
    #expect((0..<10).map { PeerNetwork.lender(of: $0) } == [nil, nil, nil, nil, 0, 1, 2, 3, 0, 1])
  }

  @Test func `all exchanges go over the one connection, and their content is what was sent`()
    async throws
  {
    let server = try LendingServer()
    let paths = ["/whole", "/1/10", "/100/20000", "/3000/7", "/early/2/5", "/0/0"]
    let readings = await server.run {
      var readings: [Reading] = []
      for path in paths {
        let parker = Parker(on: server.zone)
        readings.append(await Self.read(await server.ask(path, parker), parker))
      }
      return readings
    }
    #expect(readings.map(\.bytes) == [5, 10, 2_000_000, 21_000, 10, 0])
    #expect(readings.map(\.isIntact) == readings.map { _ in true })
    #expect(readings.allSatisfy { $0.status == 200 && $0.end == "complete" })
    #expect(readings.map(\.trailer) == [nil, "10", "2000000", "21000", "10", "0"])
    let (connections, asked) = await server.onLender {
      (server.lenderPeers.connections.count, server.lenderPeers.connections.map(\.asked))
    }
    #expect(connections == 1 && asked == [paths.count])
    let (lent, own) = (
      await server.run { server.borrower.report.states.map(\.connections).reduce(0, +) },
      await server.onLender { server.lender.report.states.map(\.connections).reduce(0, +) }
    )
    #expect(lent == 0 && own == 1, "\(lent) \(own)")
  }

  @Test func `interim responses come before the head`() async throws {
    let server = try LendingServer()
    let statuses = await server.run {
      let parker = Parker(on: server.zone)
      let zone = Zone()
      let outcome = await server.ask("/early/1/5", parker) { zone.statuses.append($0.status) }
      return zone.statuses + [await Self.read(outcome, parker).status]
    }
    #expect(statuses == [103, 200])
  }

  @Test(arguments: [true, false])
  func `a reader that takes nothing holds the peer back, and what waits counts for its zone`(
    hasRoom: Bool
  ) async throws {
    let server = try LendingServer()
    let zone = Zone()
    let piece = 10_000
    let (most, before, after) = await server.run {
      zone.hasOutputRoom = hasRoom
      let parker = Parker(on: server.zone)
      guard case .success(let response) = await server.ask("/100/\(piece)", parker, for: zone),
        case .stream(let source) = response.body
      else { return (0, 0, 0) }
      let pause = Parker(on: server.zone)
      let deadline = server.borrowing.now + .seconds(20)
      while zone.waitingBytes < (hasRoom ? TierLimits.crossingBytes : piece),
        server.borrowing.now < deadline
      {
        _ = await pause.park(until: server.borrowing.now + .milliseconds(5))
      }
      // Time for more to come, if it did.
      _ = await pause.park(until: server.borrowing.now + .milliseconds(100))
      let before = zone.waitingBytes
      let reading = await Self.read(.success(response), parker)
      withExtendedLifetime(source) {}
      return (zone.mostBytes, reading.bytes == 100 * piece ? before : -1, zone.waitingBytes)
    }
    if hasRoom {
      #expect(before >= TierLimits.crossingBytes, "\(before)")
      #expect(most <= TierLimits.crossingBytes + 3 * piece, "\(most)")
    } else {
      #expect(before == piece && most <= 3 * piece, "\(before) \(most)")
    }
    #expect(after == 0)
  }

  @Test func `what nobody wants any more is taken back at the peer`() async throws {
    let server = try LendingServer()
    let zone = Zone()
    let waiting = await server.run {
      let parker = Parker(on: server.zone)
      let cancelling = Parker(on: server.zone)
      server.zone.start {
        _ = await cancelling.park(until: server.borrowing.now + .milliseconds(50))
        parker.cancel()
      }
      let silent = await Self.read(await server.ask("/silent", parker), parker)
      #expect(silent.end == "cancelled")
      let other = Parker(on: server.zone)
      guard case .success(let response) = await server.ask("/100/10000", other, for: zone) else {
        return -1
      }
      _ = await cancelling.park(until: server.borrowing.now + .milliseconds(50))
      response.body.abandon()
      return zone.waitingBytes
    }
    #expect(waiting == 0)
    await withCheckedContinuation { continuation in
      server.lender.lane.post {
        server.lenderPeers.connections[0].whenCancelled(2) { continuation.resume() }
      }
    }
    let taken = await server.onLender { server.lenderPeers.connections[0].takenBytes }
    #expect(taken <= TierLimits.crossingBytes + 20_000, "\(taken)")
  }

  @Test func `what fails there fails here`() async throws {
    let server = try LendingServer()
    let ends = await server.run {
      var ends: [String] = []
      for path in ["/reset", "/broken/3/10", "/1/1"] {
        let parker = Parker(on: server.zone)
        ends.append(await Self.read(await server.ask(path, parker), parker).end)
      }
      return ends
    }
    #expect(ends[0].contains("scripted"))
    #expect(ends[1...] == ["responseIncomplete", "complete"])
  }

  @Test func `a lost connection is replaced once for both loops, or both know that it can't be`()
    async throws
  {
    let server = try LendingServer()
    let first = await server.get("/1/1")
    await server.onLender { server.lenderPeers.connections[0].end() }
    let second = await server.get("/1/1")
    #expect(first.end == "complete" && second == first)
    let count = await server.onLender {
      server.lenderPeers.refuses = true
      server.lenderPeers.connections[1].end()
      return server.lenderPeers.connections.count
    }
    #expect(count == 2)
    // It says nothing about the server itself that another loop had none: that one's word counts.
    let end = await server.get("/1/1").end
    #expect(end.contains("refusedUnprocessed"), "\(end)")
    let (isWell, failures) = await server.run {
      (
        server.borrowerLink.isWell,
        server.borrower.report.states.map(\.figures.failures).reduce(0, +)
      )
    }
    #expect(!isWell && failures == 0)
    let failure = await server.onLender {
      server.lender.report.states.compactMap(\.figures.lastFailure).joined()
    }
    #expect(failure.contains("certificateRefused"))
  }

  @Test func `where a connection takes no more requests those of both loops go over the next one`()
    async throws
  {
    let server = try LendingServer()
    _ = await server.get("/1/1")
    await server.onLender { server.lenderPeers.connections[0].goAway() }
    #expect(await server.get("/1/1").end == "complete")
    #expect(await server.onLender { server.lenderPeers.connections.map(\.asked) } == [1, 1])
    #expect(await server.run { server.borrowerLink.isWell })
  }

  @Test func `where there is no room requests of both loops wait for it, and nobody is blamed`()
    async throws
  {
    let server = try LendingServer()
    _ = await server.get("/1/1")
    let peer = server.lenderPeers
    let end = await server.run {
      server.lender.lane.post { peer.connections[0].room = 0 }
      server.zone.start {
        _ = await Parker(on: server.zone).park(until: server.borrowing.now + .milliseconds(100))
        server.lender.lane.post { peer.connections[0].noteRoom(100) }
      }
      let parker = Parker(on: server.zone)
      return await Self.read(await server.ask("/1/1", parker), parker).end
    }
    #expect(end == "complete")
    #expect(await server.run { server.borrowerLink.isWell })
    #expect(await server.onLender { peer.connections.map(\.asked) } == [2])
  }

  @Test func `a zone has no more of the other loop's exchanges than it leaves for the others`()
    async throws
  {
    let server = try LendingServer()
    let (own, other) = (ZoneID(high: 0, low: 1), ZoneID(high: 0, low: 2))
    let counts = await server.onLender {
      var counts = (0, 0)
      while server.lender.beginLent(own) { counts.0 += 1 }
      while server.lender.beginLent(other) { counts.1 += 1 }
      for _ in 0..<counts.0 { server.lender.endLent(own) }
      for _ in 0..<counts.1 { server.lender.endLent(other) }
      return [counts.0, counts.1, server.lender.exchanges, server.lender.beginLent(own) ? 1 : 0]
    }
    let places = TierLimits.streamsPerConnection
    #expect(counts == [places / 2, places / 4, 0, 1])
  }

  @Test func `a zone that has a lane on the other loop pays for its exchanges there`() async throws
  {
    let server = try LendingServer()
    let lane = Lane(loop: server.lending, name: "zone there")
    await server.onLender { server.lender.zoneLane = { $0 == LendingServer.zoneID ? lane : nil } }
    #expect(await server.get("/100/1000").bytes == 100_000)
    #expect(await server.onLender { lane.ledger.jobs } > 0)
  }
}

extension LendingServer {
  /// What a request for `path` brings.
  fileprivate func get(_ path: String) async -> BorrowingTests.Reading {
    await run {
      let parker = Parker(on: self.zone)
      return await BorrowingTests.read(await self.ask(path, parker), parker)
    }
  }
}
