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
}
