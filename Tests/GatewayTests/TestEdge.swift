// An edge over a store of its own, without listeners.

import Glibc
import HTTP
import Origin
import Primitives
import Runtime
import Storage
import TLS
import Testing
import Zones

@testable import Gateway

/// An edge of two loops for one test.
final class TestEdge: Sendable {
  let edge: Edge
  let store: ZoneStore
  private let directory: String

  init(
    defaultZone: String? = nil, zoneIdleNanoseconds: UInt64 = GatewayLimits.zoneIdleNanoseconds
  ) throws {
    var template = Array("/tmp/skerry-gateway-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    try #require(made)
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let check = CertificateCheck { _, _ in CertificateFinding(names: nil) }
    store = try ZoneStore.open(directory, check: check).store
    let keys = try #require(TLSTicketKeys(current: Array(repeating: 7, count: 80)))
    edge = try Edge(
      group: SharedLoops.group, store: store, defaultZone: defaultZone, ticketKeys: keys,
      ramBytes: 8 << 20, zoneIdleNanoseconds: zoneIdleNanoseconds)
  }

  deinit {
    for name in ["data.mdb", "lock.mdb", "zones.export"] {
      _ = unsafe unlink("\(directory)/\(name)")
    }
    _ = unsafe rmdir(directory)
  }

  /// A zone that redirects everything to https and says which revision of it did so.
  static func zone(
    _ number: UInt64, _ names: [String], mark: String, domain: String? = nil
  ) -> ZoneConfiguration {
    let hostnames = names.map { name in
      name.hasPrefix("*.")
        ? Hostname(name: String(name.dropFirst(2)), isWildcard: true) : Hostname(name: name)
    }
    var zone = ZoneConfiguration(
      id: ZoneID(high: 1, low: number), name: domain ?? hostnames[0].name, hostnames: hostnames,
      origins: [OriginConfiguration(scheme: .http, host: "127.0.0.1", port: 9)])
    zone.redirectsToHTTPS = true
    zone.responseFields = [ResponseFieldConfiguration(name: "X-Rev", value: mark)]
    return zone
  }

  /// Makes changes and puts them into force on all loops.
  func change(_ changes: ZoneChange...) async throws {
    let applied = try store.apply(changes)
    await SharedLoops.task { await self.edge.publish(applied) }
  }

  func gateway(_ loop: Int) -> Gateway { edge.nodes[loop].gateway }

  /// Runs `body` on a loop with its gateway.
  func on<Result: Sendable>(
    _ loop: Int, _ body: @escaping @Sendable (Gateway) -> Result
  ) async -> Result {
    let gateway = gateway(loop)
    return await SharedLoops.on(gateway.loop) { body(gateway) }
  }

  /// One request by a connection of its own, to its end.
  func ask(_ host: String, _ path: String = "/", on loop: Int = 0) async -> Reply {
    let gateway = gateway(loop)
    return await withCheckedContinuation { continuation in
      gateway.loop.systemLane.post {
        let client = TestClient(host, path, at: gateway, on: gateway.loop.systemLane) { reply in
          continuation.resume(returning: reply)
        }
        client.begin()
      }
    }
  }
}

extension TestEdge {
  /// A connection that has had one answer and stays open.
  func open(_ host: String, on loop: Int = 0) async -> TestClient {
    let gateway = gateway(loop)
    return await withCheckedContinuation { continuation in
      gateway.loop.systemLane.post {
        let waiting = Opening()
        let client = TestClient(host, "/", at: gateway, on: gateway.loop.systemLane) { _ in
          if let client = waiting.client { continuation.resume(returning: client) }
        }
        client.staysOpen = true
        waiting.client = client
        client.begin()
      }
    }
  }

  /// Waits until `condition` holds, a minute at most.
  func wait(_ condition: () async -> Bool) async throws {
    let end = SystemClock.monotonic + .seconds(60)
    while await !condition() { try #require(SystemClock.monotonic < end) }
  }

  /// Requests of all zones of a loop that are queued or wait for something.
  func inFlight(_ loop: Int) async -> Int {
    await on(loop) { gateway in
      gateway.zones.values.reduce(0) { $0 + $1.exchangesInFlight }
    }
  }
}

/// A client that waits for its answer. Confined to its loop.
private final class Opening: @unchecked Sendable {
  // Used on the client's loop only.
  var client: TestClient?
}
