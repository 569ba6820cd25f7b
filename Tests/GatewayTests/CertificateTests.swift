// When a zone's certificates are read.

import HTTPServer
import Primitives
import Runtime
import TLS
import Testing
import Zones

@testable import Gateway

@Suite struct CertificateTests {
  @Test func `a zone's certificates are read for its first handshake, and for no other zone's`()
    async throws
  {
    let edge = try TestEdge()
    for (number, name) in [(1, "a.example"), (2, "b.example")] as [(UInt64, String)] {
      try await edge.change(.put(try Self.zone(number, name)))
    }
    #expect(await edge.ask("b.example").status == 308)
    // Requests without TLS need none.
    #expect(await Self.names(edge) == [])
    #expect(await Self.handshake(edge, "a.example") == true)
    #expect(await Self.names(edge) == ["a.example"])
    // The next handshake finds them in memory.
    let isWaiting = await edge.on(0) { gateway in
      let requester = Requester(on: gateway.loop.systemLane) { _ in }
      return gateway.certificate(for: Array("a.example".utf8), requester: requester) == nil
    }
    #expect(!isWaiting)
    #expect(await Self.handshake(edge, "c.example") == false)
  }

  private static func zone(_ number: UInt64, _ name: String) throws -> ZoneConfiguration {
    let now = SystemClock.wall
    let issued = try CertificateAuthority(name: "test", notBefore: now)
      .issue(names: [name], notBefore: now)
    var zone = TestEdge.zone(number, [name], mark: name)
    zone.certificates = [
      CertificateConfiguration(
        chain: String(decoding: issued.chainPEM, as: UTF8.self),
        key: PrivateKey(pem: String(decoding: issued.privateKeyPEM, as: UTF8.self)))
    ]
    return zone
  }

  /// Zones of the first loop whose certificates are in memory.
  private static func names(_ edge: TestEdge) async -> [String] {
    await edge.on(0) { gateway in
      gateway.zones.values.filter { $0.tlsContext != nil }.map(\.snapshot.configuration.name)
    }
  }

  /// Asks for the certificates of a name on the first loop, as a handshake does; whether there are any.
  private static func handshake(_ edge: TestEdge, _ name: String) async -> Bool {
    let gateway = edge.gateway(0)
    return await withCheckedContinuation { continuation in
      gateway.loop.systemLane.post {
        let requester = Requester(on: gateway.loop.systemLane) {
          continuation.resume(returning: $0)
        }
        guard let choice = gateway.certificate(for: Array(name.utf8), requester: requester) else {
          return
        }
        requester.certificateFound(choice)
      }
    }
  }
}

/// A handshake that waits for certificates.
private final class Requester: CertificateRequester {
  let lane: Lane
  private let found: (Bool) -> Void

  init(on lane: Lane, _ found: @escaping (Bool) -> Void) {
    self.lane = lane
    self.found = found
  }

  func certificateFound(_ choice: CertificateChoice) {
    if case .use = choice { found(true) } else { found(false) }
  }
}
