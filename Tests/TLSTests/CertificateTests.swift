// Certificates that are refused, when they are configured and when they are met.

import Primitives
import Testing

@testable import TLS

@Suite struct CertificateTests {
  private func fault(
    _ chain: [UInt8], _ key: [UInt8], now: WallTime? = Fixture.today
  ) -> TLSCertificateError? {
    do throws(TLSCertificateError) {
      _ = try TLSIdentity(chainPEM: chain, privateKeyPEM: key, now: now)
      return nil
    } catch {
      return error
    }
  }

  @Test func `an identity tells its names, kind and validity`() throws {
    let authority = try Fixture.authority()
    let issued = try authority.issue(
      names: ["a.test", "*.B.test", "192.0.2.1", "2001:db8::1"], key: .rsa,
      notBefore: Fixture.yesterday, lifetimeSeconds: 1_000_000)
    let identity = try TLSIdentity(
      chainPEM: issued.chainPEM, privateKeyPEM: issued.privateKeyPEM, now: Fixture.today)
    #expect(identity.names == ["a.test", "*.b.test", "192.0.2.1", "2001:db8::1"])
    #expect(identity.keyKind == .rsa)
    #expect(identity.notBefore == Fixture.yesterday)
    #expect(identity.notAfter.seconds == Fixture.yesterday.seconds + 1_000_000)
    for name in ["a.test", "x.b.test", "192.0.2.1", "2001:db8::1"] {
      #expect(identity.covers(name))
    }
    for name in ["b.test", "x.y.b.test", "www.a.test", ".b.test", "", "192.0.2.2"] {
      #expect(!identity.covers(name))
    }
  }

  @Test func `what is not PEM is refused by its name`() throws {
    let issued = try Fixture.authority().issue(names: ["a.test"], notBefore: Fixture.yesterday)
    let text = Array("hello".utf8)
    #expect(fault([], issued.privateKeyPEM) == .chainIsEmpty)
    #expect(fault(Array(" \n".utf8), issued.privateKeyPEM) == .chainIsEmpty)
    #expect(fault(text, issued.privateKeyPEM) == .chainIsNotPEM("no certificate in it"))
    guard case .keyIsNotPEM = fault(issued.chainPEM, text) else {
      Issue.record("key taken")
      return
    }
    var damaged = issued.chainPEM
    damaged[60] = 0x21
    guard case .chainIsNotPEM = fault(damaged, issued.privateKeyPEM) else {
      Issue.record("chain taken")
      return
    }
    let long = [UInt8](repeating: 10, count: Limits.pemBytes + 1)
    #expect(fault(long, issued.privateKeyPEM) == .tooLong)
    let many = (0...Limits.chainCertificates).flatMap { _ in issued.chainPEM }
    #expect(fault(many, issued.privateKeyPEM) == .chainHasTooManyCertificates)
  }

  @Test func `a key with a passphrase is refused without asking for it`() throws {
    let issued = try Fixture.authority().issue(names: ["a.test"], notBefore: Fixture.yesterday)
    let key = """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgNi6l8Zk2HKQICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELJXB7ydKUN6Vjl2SDzrlycEgZCq
      -----END ENCRYPTED PRIVATE KEY-----

      """
    #expect(fault(issued.chainPEM, Array(key.utf8)) == .keyIsEncrypted)
  }

  @Test func `key, order and time must agree`() throws {
    let authority = try Fixture.authority()
    let issued = try authority.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    let other = try authority.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    #expect(fault(issued.chainPEM, other.privateKeyPEM) == .keyMismatch)
    #expect(fault(issued.chainPEM + other.chainPEM, issued.privateKeyPEM) == .chainOrder(0))
    #expect(fault(issued.chainPEM + (try authority.certificatePEM()), issued.privateKeyPEM) == nil)

    let short = try authority.issue(
      names: ["a.test"], notBefore: Fixture.yesterday, lifetimeSeconds: 3_600)
    let end = WallTime(seconds: Fixture.yesterday.seconds + 3_600)
    #expect(fault(short.chainPEM, short.privateKeyPEM) == .expired(end))
    #expect(fault(short.chainPEM, short.privateKeyPEM, now: nil) == nil)
    let tomorrow = WallTime(seconds: Fixture.today.seconds + 86_400)
    let future = try authority.issue(names: ["a.test"], notBefore: tomorrow)
    #expect(fault(future.chainPEM, future.privateKeyPEM) == .notYetValid(tomorrow))
    #expect(
      fault(try authority.certificatePEM(), try authority.privateKeyPEM()) == .namesMissing)
  }

  @Test(
    "names that no certificate can have are refused",
    arguments: ["", "a b", "a,DNS:b", "*", "*.*.a", "a..b", "a\nb", "é.test", "a.test."])
  func names(name: String) throws {
    let authority = try Fixture.authority()
    #expect(throws: TLSCertificateError.nameInvalid(name)) {
      try authority.issue(names: [name], notBefore: Fixture.yesterday)
    }
  }

  @Test(
    "keys are read in all their usual forms",
    arguments: [
      "openssl ecparam -name prime256v1 -genkey -noout", "openssl ecparam -name secp384r1 -genkey",
      "openssl genrsa -traditional 2048", "openssl genrsa 2048",
    ])
  func forms(command: String) throws {
    let key = try Command(command + " 2>/dev/null").finish()
    let file = try TemporaryFile(Array(key.utf8))
    let chain = try Command(
      "openssl req -x509 -key \(file.path) -days 1 -subj /CN=a -addext subjectAltName=DNS:a.test"
    ).finish()
    #expect(fault(Array(chain.utf8), Array(key.utf8), now: nil) == nil)
  }

  @Test func `a weak key is refused`() throws {
    let key = try Command("openssl genrsa 1024 2>/dev/null").finish()
    let file = try TemporaryFile(Array(key.utf8))
    let chain = try Command(
      "openssl req -x509 -key \(file.path) -days 1 -subj /CN=a -addext subjectAltName=DNS:a.test"
    ).finish()
    #expect(fault(Array(chain.utf8), Array(key.utf8)) == .keyIsWeak(bits: 80))
  }

  @Test func `an authority comes back from its PEM texts, a leaf is none`() throws {
    let authority = try Fixture.authority()
    let again = try CertificateAuthority(
      certificatePEM: try authority.certificatePEM(),
      privateKeyPEM: try authority.privateKeyPEM())
    let issued = try again.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    #expect(fault(issued.chainPEM + (try authority.certificatePEM()), issued.privateKeyPEM) == nil)
    #expect(throws: TLSCertificateError.wrongUse) {
      try CertificateAuthority(
        certificatePEM: issued.chainPEM, privateKeyPEM: issued.privateKeyPEM)
    }
  }

  // MARK: Verification

  /// What a client that trusts `trust` and asks for `host` makes of the certificate `issued`.
  private func meet(
    _ issued: CertificateAuthority.Issued, trust: [UInt8], host: String = "a.test",
    off: Bool = false
  ) throws -> (client: TLSHandshakeStep, server: TLSHandshakeStep) {
    let identity = try TLSIdentity(
      chainPEM: issued.chainPEM, privateKeyPEM: issued.privateKeyPEM, now: nil)
    let answer = TLSServerContext(zone: Fixture.zoneA, identities: [identity])
    let client = TLSClientContext(
      host: host, verification: off ? .off : .trust(try TLSTrust(pem: trust)))
    let pair = try Pair(try Place(), to: client, answer: answer)
    try pair.run()
    return (
      pair.clientStep,
      pair.serverEnd.map { end in
        if case .failed(let error) = end { .failed(error) } else { pair.serverStep }
      } ?? pair.serverStep
    )
  }

  @Test func `a certificate for another name or address is refused`() throws {
    let authority = try Fixture.authority()
    let issued = try authority.issue(
      names: ["a.test", "*.w.test", "127.0.0.1"], notBefore: Fixture.yesterday)
    let trust = try authority.certificatePEM()
    for host in ["a.test", "A.Test", "x.w.test", "127.0.0.1"] {
      #expect(try meet(issued, trust: trust, host: host).client == .done)
    }
    for host in ["b.test", "x.a.test", "x.y.w.test", "w.test"] {
      let met = try meet(issued, trust: trust, host: host)
      #expect(met.client == .failed(.verification(.nameMismatch)))
      guard case .failed(.peerAlert) = met.server else {
        Issue.record("\(met.server)")
        return
      }
    }
    #expect(
      try meet(issued, trust: trust, host: "127.0.0.2").client
        == .failed(.verification(.addressMismatch)))
  }

  @Test func `an unknown issuer, a wrong time and a self-signed certificate are refused`() throws {
    let authority = try Fixture.authority()
    let trust = try authority.certificatePEM()
    let stranger = try Fixture.authority()
    let unknown = try stranger.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    #expect(
      try meet(unknown, trust: trust).client == .failed(.verification(.unknownIssuer)))
    #expect(try meet(unknown, trust: trust, off: true).client == .done)

    let expired = try authority.issue(
      names: ["a.test"], notBefore: Fixture.yesterday, lifetimeSeconds: 60)
    #expect(try meet(expired, trust: trust).client == .failed(.verification(.expired)))
    let future = try authority.issue(
      names: ["a.test"], notBefore: WallTime(seconds: Fixture.today.seconds + 86_400))
    #expect(try meet(future, trust: trust).client == .failed(.verification(.notYetValid)))
  }

  @Test func `a server's own certificate may be trusted as it is`() throws {
    let authority = try Fixture.authority()
    let issued = try authority.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    #expect(try meet(issued, trust: issued.chainPEM).client == .done)
    let other = try authority.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    #expect(
      try meet(issued, trust: other.chainPEM).client == .failed(.verification(.unknownIssuer)))
  }

  @Test func `a chain over an intermediate authority is sent and accepted`() throws {
    let root = try Fixture.authority()
    let middle = try root.issueAuthority(name: "Middle", notBefore: Fixture.yesterday)
    let issued = try middle.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    #expect(try meet(issued, trust: try root.certificatePEM()).client == .done)
  }

  @Test func `the system's authorities can be read`() throws {
    let trust = try TLSTrust(bundlePath: TLSTrust.systemBundlePath)
    let (answer, _, _) = try Fixture.contexts()
    let client = TLSClientContext(host: "a.test", verification: .trust(trust))
    let pair = try Pair(try Place(), to: client, answer: answer)
    try pair.run()
    #expect(pair.clientStep == .failed(.verification(.unknownIssuer)))
    #expect(throws: TLSCertificateError.self) { try TLSTrust(bundlePath: "/nonexistent") }
  }
}
