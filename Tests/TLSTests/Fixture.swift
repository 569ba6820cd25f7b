// Certificates and contexts that the tests share, made at run time.

import Glibc
import Primitives

@testable import TLS

/// What the tests are made of.
enum Fixture {
  /// OpenSSL judges certificates by the machine's clock, so these must be of today.
  static let today = WallTime(seconds: Int64(time(nil)))
  static let yesterday = WallTime(seconds: today.seconds - 86_400)
  static let now = Instant(nanoseconds: 1_000_000_000_000)

  static let zoneA = ZoneID(high: 1, low: 2)
  static let zoneB = ZoneID(high: 1, low: 3)

  static let keys: TLSTicketKeys = {
    guard let keys = TLSTicketKeys(current: Array((0..<80).map { UInt8($0) })) else {
      preconditionFailure("80 bytes are a key")
    }
    return keys
  }()

  static func filter() -> EarlyDataReplayFilter {
    EarlyDataReplayFilter(start: Instant(nanoseconds: 0), hash: KeyedHash(key0: 1, key1: 2))
  }

  static func authority() throws -> CertificateAuthority {
    try CertificateAuthority(name: "Skerry test authority", notBefore: yesterday)
  }

  static func identity(
    _ authority: CertificateAuthority, _ names: [String] = ["a.test", "*.a.test"],
    key: TLSKeyKind = .ecdsa
  ) throws -> TLSIdentity {
    let issued = try authority.issue(names: names, key: key, notBefore: yesterday)
    return try TLSIdentity(
      chainPEM: issued.chainPEM, privateKeyPEM: issued.privateKeyPEM, now: today)
  }

  /// A server's context for zone A and a client's that trusts it.
  static func contexts(
    host: String = "a.test", minimumVersion: TLSVersion = .tls12, allowsEarlyData: Bool = false
  ) throws -> (
    server: TLSServerContext, client: TLSClientContext, authority: CertificateAuthority
  ) {
    let authority = try authority()
    let server = TLSServerContext(
      zone: zoneA, identities: [try identity(authority)], minimumVersion: minimumVersion,
      allowsEarlyData: allowsEarlyData)
    let trust = try TLSTrust(pem: try authority.certificatePEM())
    let client = TLSClientContext(
      host: host, verification: .trust(trust), protocols: [.http2, .http11])
    return (server, client, authority)
  }
}
