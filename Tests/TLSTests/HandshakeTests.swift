// Handshakes of both versions, the choice by name, and what is negotiated.

import Primitives
import Testing

@testable import TLS

@Suite struct HandshakeTests {
  @Test func `a TLS 1.3 handshake pauses for the name and then carries data both ways`() throws {
    let (answer, client, _) = try Fixture.contexts(host: "WWW.a.test")
    var asked: [UInt8]?
    let pair = try Pair(Place(), to: client) {
      asked = $0.clientHello?.serverName
      try $0.use(answer)
    }
    try pair.run()
    #expect(pair.clientStep == .done)
    #expect(pair.serverStep == .done)
    #expect(asked == Array("www.a.test".utf8))
    #expect(pair.server.version == .tls13)
    #expect(pair.server.cipherName == "TLS_AES_128_GCM_SHA256")
    #expect(pair.server.cipherSuite == 0x1301)
    #expect(pair.server.applicationProtocol == .http2)
    #expect(pair.client.applicationProtocol == .http2)
    #expect(!pair.server.isResumed)
    try pair.clientSays("question")
    try pair.serverSays("answer")
    #expect(pair.serverRead == Array("question".utf8))
    #expect(pair.clientRead == Array("answer".utf8))
  }

  @Test func `a TLS 1.2 handshake uses an AEAD suite with forward secrecy`() throws {
    let (answer, client, _) = try Fixture.contexts()
    let place = try Place()
    place.connector.limit(to: .tls12)
    let pair = try Pair(place, to: client, answer: answer)
    try pair.run()
    #expect(pair.server.version == .tls12)
    #expect(pair.server.cipherName == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    try pair.clientSays("question")
    try pair.serverSays("answer")
    #expect(pair.serverRead == Array("question".utf8))
    #expect(pair.clientRead == Array("answer".utf8))
  }

  @Test func `a zone that wants TLS 1.3 refuses a TLS 1.2 client`() throws {
    let (answer, client, _) = try Fixture.contexts(minimumVersion: .tls13)
    let place = try Place()
    place.connector.limit(to: .tls12)
    let pair = try Pair(place, to: client, answer: answer)
    try pair.run()
    #expect(pair.serverStep == .failed(.nothingInCommon("unsupported protocol")))
    #expect(pair.clientStep == .failed(.peerAlert(.protocolVersion)))
  }

  @Test func `a choice may come long after the ClientHello`() throws {
    let (answer, client, _) = try Fixture.contexts()
    let pair = try Pair(Place(), to: client) { _ in }
    try pair.run()
    #expect(pair.serverStep == .needsContext)
    #expect(pair.server.handshake(now: pair.now, output: &pair.serverOutput) == .needsContext)
    #expect(pair.serverOutput.isEmpty)
    try pair.server.use(answer)
    #expect(pair.server.handshake(now: pair.now, output: &pair.serverOutput) == .needsInput)
    try pair.run()
    #expect(pair.serverStep == .done)
    #expect(pair.clientStep == .done)
  }

  @Test func `an unknown name is refused with unrecognized_name`() throws {
    let (_, client, _) = try Fixture.contexts(host: "unknown.test")
    let pair = try Pair(Place(), to: client) { $0.refuse() }
    try pair.run()
    #expect(pair.serverStep == .failed(.refused(.unrecognizedName)))
    #expect(pair.clientStep == .failed(.peerAlert(.unrecognizedName)))
    #expect(pair.server.handshake(now: pair.now, output: &pair.serverOutput) == pair.serverStep)
  }

  @Test func `a client without a name is told apart`() throws {
    let authority = try Fixture.authority()
    let answer = TLSServerContext(
      zone: Fixture.zoneA, identities: [try Fixture.identity(authority, ["127.0.0.1", "::1"])])
    let trust = try TLSTrust(pem: try authority.certificatePEM())
    for address in ["127.0.0.1", "::1"] {
      let client = TLSClientContext(host: address, verification: .trust(trust))
      let pair = try Pair(Place(), to: client, answer: answer)
      try pair.run()
      #expect(pair.clientStep == .done)
      #expect(pair.server.clientHello?.serverName == nil)
      #expect(pair.server.clientHello?.protocols == [.http11])
    }
  }

  @Test(
    "ALPN: the server's order decides",
    arguments: [
      ([ApplicationProtocol.http2, .http11], [ApplicationProtocol.http11, .http2], "h2"),
      ([.http11], [.http2, .http11], "http/1.1"),
      ([.http2], [.http11], nil),
      ([.http2], [], "none"),
      ([], [.http2], "none"),
    ])
  func alpn(
    server: [ApplicationProtocol], client: [ApplicationProtocol], chosen: String?
  ) throws {
    let authority = try Fixture.authority()
    let answer = TLSServerContext(
      zone: Fixture.zoneA, identities: [try Fixture.identity(authority)], protocols: server)
    let trust = try TLSTrust(pem: try authority.certificatePEM())
    let pair = try Pair(
      Place(),
      to: TLSClientContext(host: "a.test", verification: .trust(trust), protocols: client),
      answer: answer)
    try pair.run()
    if let chosen {
      #expect(pair.clientStep == .done)
      #expect((pair.client.applicationProtocol.map { "\($0.name)" } ?? "none") == chosen)
    } else {
      #expect(pair.serverStep == .failed(.nothingInCommon("no application protocol")))
      #expect(pair.clientStep == .failed(.peerAlert(.noApplicationProtocol)))
    }
  }

  @Test func `ECDSA and RSA stand side by side, and old clients get RSA`() throws {
    let authority = try Fixture.authority()
    let answer = TLSServerContext(
      zone: Fixture.zoneA,
      identities: [
        try Fixture.identity(authority), try Fixture.identity(authority, key: .rsa),
      ])
    let trust = try TLSTrust(pem: try authority.certificatePEM())
    let client = TLSClientContext(host: "a.test", verification: .trust(trust))
    for (suites, expected) in [
      ("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", "ECDSA"),
      ("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256", "ECDSA"),
      ("ECDHE-RSA-AES128-GCM-SHA256", "RSA"),
    ] {
      let place = try Place()
      place.connector.limit(to: .tls12, suites: suites)
      let pair = try Pair(place, to: client, answer: answer)
      try pair.run()
      #expect(pair.clientStep == .done)
      #expect(pair.server.cipherName.contains("ECDHE_\(expected)_"))
    }
  }

  @Test func `a client that asks for ChaCha20 first gets it, others AES-128`() throws {
    let (answer, client, _) = try Fixture.contexts()
    for (suites, expected) in [
      ("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
      ("TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
    ] {
      let place = try Place()
      place.connector.prefer(suites)
      let pair = try Pair(place, to: client, answer: answer)
      try pair.run()
      #expect(pair.server.cipherName == expected)
    }
  }

  @Test func `a second ClientHello after a group was refused keeps the choice`() throws {
    let (answer, client, _) = try Fixture.contexts()
    let place = try Place()
    place.connector.preferGroups("P-521:P-384")
    var asked = 0
    let pair = try Pair(place, to: client) {
      asked += 1
      try $0.use(answer)
    }
    try pair.run()
    #expect(pair.serverStep == .done)
    #expect(asked == 1)
  }

  @Test func `a ClientHello is captured as it was sent`() throws {
    let (answer, client, _) = try Fixture.contexts()
    let pair = try Pair(Place(capturesClientHello: true), to: client, answer: answer)
    pair.clientStep = pair.client.handshake(output: &pair.clientOutput)
    let sent = Array(pair.clientOutput.dropFirst(5))
    try pair.run()
    #expect(pair.server.clientHello?.message == sent)
    #expect(pair.serverStep == .done)
  }

  @Test func `handshakes and data pass one byte at a time`() throws {
    let (answer, client, _) = try Fixture.contexts()
    let pair = try Pair(Place(), to: client, answer: answer)
    pair.piece = 1
    try pair.run()
    #expect(pair.serverStep == .done)
    try pair.clientSays("question")
    try pair.serverSays("answer")
    #expect(pair.serverRead == Array("question".utf8))
    #expect(pair.clientRead == Array("answer".utf8))
    #expect(pair.server.unconsumedBytes == 0)
  }
}
