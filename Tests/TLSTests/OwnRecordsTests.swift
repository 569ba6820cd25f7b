// Sessions whose records are ours after the handshake, with the library as the client.

import COpenSSL
import Primitives
import Testing

@testable import TLS

@Suite struct OwnRecordsTests {
  private func open(
    _ version: TLSVersion = .tls13, suite: String? = nil, fragments: UInt8 = 0
  ) throws -> Pair {
    let (answer, client, _) = try Fixture.contexts()
    let place = try Place()
    place.connector.limit(to: version)
    if let suite { #expect(unsafe SSL_CTX_set_ciphersuites(place.connector.context, suite) == 1) }
    #expect(
      unsafe SSL_CTX_set_tlsext_max_fragment_length(place.connector.context, fragments) == 1)
    let pair = try Pair(place, to: client, answer: answer)
    try pair.run()
    try #require(pair.serverStep == .done)
    return pair
  }

  @Test(
    "after a handshake of TLS 1.3 the library is gone and all is known that was",
    arguments: [
      ("TLS_AES_128_GCM_SHA256", UInt16(0x1301)), ("TLS_AES_256_GCM_SHA384", 0x1302),
      ("TLS_CHACHA20_POLY1305_SHA256", 0x1303),
    ])
  func takenOver(name: String, number: UInt16) throws {
    let pair = try open(suite: name)
    #expect(unsafe pair.server.ssl == nil)
    #expect(pair.server.version == .tls13)
    #expect(pair.server.cipherName == name && pair.server.cipherSuite == number)
    #expect(pair.server.applicationProtocol == .http2)
    #expect(!pair.server.isResumed && !pair.server.acceptedEarlyData)
    try pair.clientSays("question")
    try pair.serverSays("answer")
    #expect(pair.serverRead == Array("question".utf8))
    #expect(pair.clientRead == Array("answer".utf8))
    #expect(pair.client.takeResumption() != nil)
  }

  @Test func `TLS 1.2 stays with the library`() throws {
    let pair = try open(.tls12)
    #expect(unsafe pair.server.ssl != nil)
  }

  @Test(arguments: [UInt8(TLSEXT_max_fragment_length_512), UInt8(TLSEXT_max_fragment_length_4096)])
  func `a client with room for small records only stays with the library`(size: UInt8) throws {
    let pair = try open(fragments: size)
    #expect(unsafe pair.server.ssl != nil)
    let answer = String(repeating: "answer", count: 5_000)
    try pair.serverSays(answer)
    try pair.clientSays("question")
    #expect(pair.clientRead == Array(answer.utf8))
    #expect(pair.serverRead == Array("question".utf8))
  }

  @Test func `the library follows our change of keys, and we follow its`() throws {
    let pair = try open()
    for round in 0..<5 {
      let records = try #require(pair.server.records)
      #expect(records.updateKey(output: &pair.serverOutput))
      try pair.serverSays("s\(round)")
      unsafe SSL_key_update(pair.client.ssl, SSL_KEY_UPDATE_REQUESTED)
      try pair.clientSays("c\(round)")
    }
    #expect(pair.clientRead == Array("s0s1s2s3s4".utf8))
    #expect(pair.serverRead == Array("c0c1c2c3c4".utf8))
  }

  @Test func `a small reader gets a large record in parts`() throws {
    let pair = try open()
    let sent = (0..<16_384).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try pair.client.write(sent.span, output: &pair.clientOutput)
    pair.clientOutput.withSpan { pair.server.receive($0) }
    var read: [UInt8] = []
    var small = [UInt8](repeating: 0, count: 1_000)
    while true {
      #expect((pair.server.unconsumedBytes > 0) == (read.count < sent.count))
      var span = small.mutableSpan
      guard case .bytes(let count) = pair.server.read(into: &span, output: &pair.serverOutput)
      else { break }
      read += small[..<count]
    }
    #expect(read == sent)
  }

  @Test func `a reader without room for an alert hears of it all the same`() throws {
    let pair = try open()
    pair.client.close(output: &pair.clientOutput)
    pair.clientOutput.withSpan { pair.server.receive($0) }
    var tiny: [UInt8] = [0]
    var span = tiny.mutableSpan
    #expect(pair.server.read(into: &span, output: &pair.serverOutput) == .closeNotify)
  }

  @Test func `what follows close_notify is dropped`() throws {
    let pair = try open()
    pair.client.close(output: &pair.clientOutput)
    pair.clientOutput += [23, 3, 3, 0, 32] + [UInt8](repeating: 1, count: 32)
    try pair.run()
    #expect(pair.serverEnd == .closeNotify)
    #expect(pair.server.unconsumedBytes == 0)
  }
}
