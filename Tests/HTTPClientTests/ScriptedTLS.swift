// A certificate for scripted origins.

import Glibc
import Primitives
import TLS

/// An authority of the test's own, and what a server needs of it.
struct ScriptedTLS: Sendable {
  let authorityPEM: String
  let context: TLSServerContext

  /// A server that says it is `names`.
  init(
    names: [String], protocols: [ApplicationProtocol] = [.http11]
  ) throws {
    let yesterday = WallTime(seconds: Int64(time(nil)) - 86_400)
    let authority = try CertificateAuthority(name: "Scripted authority", notBefore: yesterday)
    let issued = try authority.issue(names: names, key: .ecdsa, notBefore: yesterday)
    let identity = try TLSIdentity(
      chainPEM: issued.chainPEM, privateKeyPEM: issued.privateKeyPEM,
      now: WallTime(seconds: Int64(time(nil))))
    context = TLSServerContext(
      zone: ZoneID(high: 0, low: 1), identities: [identity], protocols: protocols)
    authorityPEM = String(decoding: try authority.certificatePEM(), as: UTF8.self)
  }

  /// A new session, on the origins' loop.
  func session() -> TLSServerSession? {
    guard let keys = Self.keys else { return nil }
    do throws(TLSError) {
      let acceptor = try TLSAcceptor(
        ticketKeys: keys,
        replayFilter: EarlyDataReplayFilter(
          start: Instant(nanoseconds: 0), hash: KeyedHash(key0: 1, key1: 2)))
      return try TLSServerSession(acceptor)
    } catch {
      return nil
    }
  }

  private static let keys = TLSTicketKeys(current: (0..<80).map { UInt8($0) })
}
