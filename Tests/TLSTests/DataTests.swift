// Data in odd sizes, the end of a session, and peers that break the protocol.

import COpenSSL
import Primitives
import Testing

@testable import TLS

@Suite struct DataTests {
  private func open(_ version: TLSVersion? = nil) throws -> Pair {
    let (answer, client, _) = try Fixture.contexts()
    let place = try Place()
    if let version { place.connector.limit(to: version) }
    let pair = try Pair(place, to: client, answer: answer)
    try pair.run()
    try #require(pair.serverStep == .done)
    return pair
  }

  @Test(
    "data of any size arrives whole in pieces of any size",
    arguments: [1, 2, 5, 1_000, 16_384, 16_385, 100_000], [7, 1_400, 1_000_000])
  func sizes(count: Int, piece: Int) throws {
    let pair = try open()
    let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    pair.piece = piece
    try pair.client.write(sent.span, output: &pair.clientOutput)
    try pair.server.write(Bytes(sent), output: &pair.serverOutput)
    let records = (count + 16_383) / 16_384
    #expect(pair.serverOutput.count == count + records * 22)
    try pair.run()
    let isWhole = (pair.serverRead == sent, pair.clientRead == sent)
    #expect(isWhole == (true, true))
  }

  private func take(_ bytes: [UInt8], _ session: TLSServerSession) {
    session.receive(bytes.span)
  }

  @Test func `what a reader leaves is kept and read later`() throws {
    let pair = try open()
    let sent = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try pair.client.write(sent.span, output: &pair.clientOutput)
    take(Array(pair.clientOutput.prefix(40_000)), pair.server)
    #expect(pair.server.unconsumedBytes == 40_000)
    var read: [UInt8] = []
    var small = [UInt8](repeating: 0, count: 333)
    func drain() {
      while true {
        var span = small.mutableSpan
        guard case .bytes(let count) = pair.server.read(into: &span, output: &pair.serverOutput)
        else { return }
        read += small[..<count]
      }
    }
    for _ in 0..<3 {
      var span = small.mutableSpan
      let outcome = pair.server.read(into: &span, output: &pair.serverOutput)
      #expect(outcome == .bytes(333))
      read += small
    }
    take(Array(pair.clientOutput.dropFirst(40_000)), pair.server)
    drain()
    #expect(read == sent)
    #expect(pair.server.unconsumedBytes == 0)
  }

  @Test func `close_notify is told, its absence is not taken for it`() throws {
    let pair = try open()
    try pair.clientSays("last words")
    #expect(!pair.server.receivedCloseNotify)
    pair.client.close(output: &pair.clientOutput)
    pair.client.close(output: &pair.clientOutput)
    try pair.run()
    #expect(pair.serverRead == Array("last words".utf8))
    #expect(pair.serverEnd == .closeNotify)
    #expect(pair.server.receivedCloseNotify)
    // A server may still answer (RFC 8446 section 6.1).
    try pair.serverSays("answer")
    #expect(pair.clientRead == Array("answer".utf8))
  }

  @Test(
    "a read opens a bounded number of records; what lies behind them waits for the next",
    arguments: [TLSVersion.tls13, .tls12])
  func shortRecords(version: TLSVersion) throws {
    let pair = try open(version)
    let count = 5 * Limits.recordsPerRead / 2
    for number in 0..<count {
      try pair.client.write([UInt8(truncatingIfNeeded: number)].span, output: &pair.clientOutput)
    }
    take(pair.clientOutput, pair.server)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var read: [Int] = []
    while true {
      var span = buffer.mutableSpan
      guard case .bytes(let bytes) = pair.server.read(into: &span, output: &pair.serverOutput)
      else { break }
      read.append(bytes)
      #expect(pair.server.holdsRecords == (bytes == Limits.recordsPerRead))
    }
    #expect(read == [Limits.recordsPerRead, Limits.recordsPerRead, Limits.recordsPerRead / 2])
    #expect(!pair.server.holdsRecords && pair.server.unconsumedBytes == 0)
  }

  @Test func `a flipped bit ends the session with bad_record_mac`() throws {
    let pair = try open()
    try pair.client.write(Array("data".utf8).span, output: &pair.clientOutput)
    pair.clientOutput[8] ^= 1
    try pair.run()
    guard case .failed(.protocolViolation) = pair.serverEnd else {
      Issue.record("not failed: \(String(describing: pair.serverEnd))")
      return
    }
    #expect(pair.clientEnd == .failed(.peerAlert(.badRecordMAC)))
    #expect(throws: TLSError.self) {
      try pair.server.write([1].span, output: &pair.serverOutput)
    }
  }

  @Test func `data before a failure is delivered first`() throws {
    let pair = try open()
    try pair.client.write(Array("good".utf8).span, output: &pair.clientOutput)
    pair.clientOutput += [23, 3, 3, 0, 32] + [UInt8](repeating: 1, count: 32)
    try pair.run()
    #expect(pair.serverRead == Array("good".utf8))
    guard case .failed = pair.serverEnd else {
      Issue.record("not failed")
      return
    }
  }

  private static let emptyRecords: [UInt8] = (0..<40).flatMap { _ in [22, 3, 1, 0, 0] as [UInt8] }
  private static let oversizedRecord: [UInt8] =
    [22, 3, 1, 0x48, 1] + [UInt8](repeating: 1, count: 18_433)

  @Test(
    "what is no ClientHello ends the session",
    arguments: [
      Array("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".utf8),
      [UInt8](repeating: 0, count: 100),
      [UInt8](repeating: 255, count: 100),
      Self.oversizedRecord,
      [22, 3, 1, 0, 4, 1, 0, 0, 0],
      Self.emptyRecords,
      [21, 3, 1, 0, 2, 2, 40],
      [23, 3, 3, 0, 1, 0],
      [22, 3, 1, 0, 10, 2, 0, 0, 6, 3, 3, 0, 0, 0, 0],
    ])
  func garbage(bytes: [UInt8]) throws {
    let server = try TLSServerSession(try Place().acceptor)
    var output: [UInt8] = []
    server.receive(bytes.span)
    let step = server.handshake(now: Fixture.now, output: &output)
    guard case .failed = step else {
      Issue.record("\(step)")
      return
    }
    #expect(server.handshake(now: Fixture.now, output: &output) == step)
  }

  @Test func `an oversized record ends the session`() throws {
    let pair = try open()
    pair.clientOutput = [23, 3, 3, 0x41, 0x01] + [UInt8](repeating: 1, count: 0x4101)
    try pair.run()
    guard case .failed(.protocolViolation) = pair.serverEnd else {
      Issue.record("not failed")
      return
    }
    #expect(pair.clientEnd == .failed(.peerAlert(.recordOverflow)))
  }

  @Test func `key updates are answered, a flood of them is cut off`() throws {
    let pair = try open()
    let enough = Limits.idleRecords + 8
    for _ in 0..<enough {
      unsafe SSL_key_update(pair.client.ssl, SSL_KEY_UPDATE_REQUESTED)
      // The update is sent with the next write; an empty one sends it alone.
      _ = pair.client.withOutput(&pair.clientOutput) { unsafe SSL_do_handshake(pair.client.ssl) }
      try pair.run()
      if pair.serverEnd != nil { break }
    }
    guard case .failed(.protocolViolation) = pair.serverEnd else {
      Issue.record("not cut off")
      return
    }
  }

  @Test func `key updates between data go on for ever`() throws {
    let pair = try open()
    for _ in 0..<Limits.idleRecords * 2 {
      unsafe SSL_key_update(pair.client.ssl, SSL_KEY_UPDATE_REQUESTED)
      try pair.clientSays("x")
    }
    #expect(pair.serverEnd == nil)
    try pair.serverSays("still here")
    #expect(pair.clientRead == Array("still here".utf8))
  }

  @Test func `writing before the handshake is refused`() throws {
    let server = try TLSServerSession(try Place().acceptor)
    var output: [UInt8] = []
    #expect(throws: TLSError.notOpen) { try server.write([1].span, output: &output) }
    server.close(output: &output)
    #expect(output.isEmpty)
  }
}
