// The record layer by itself: the RFC's example, limits, faults.

import Primitives
import Testing

@testable import TLS

@Suite struct RecordTests {
  private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }

  /// RFC 8448 section 3: the client's application data and what it became.
  @Test func `the example of RFC 8448 comes out to the byte, and back`() throws {
    let client = bytes("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5")
    let server = bytes("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643")
    let record = bytes(
      """
      1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20
      441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4
      """)
    let contexts = try RecordSuites()[.aes128GCM]
    func layer(_ sending: [UInt8], _ receiving: [UInt8]) -> RecordLayer {
      RecordLayer(
        receiving: TrafficKeys(receiving.span, contexts: contexts, isSealing: false),
        sending: TrafficKeys(sending.span, contexts: contexts, isSealing: true))
    }
    let data = (0..<50).map { UInt8($0) }
    var output: [UInt8] = []
    #expect(layer(client, server).write(data.span, output: &output))
    #expect(output == record)
    let read = try RecordPeer().read(layer(server, client), record)
    #expect(read.data == data)
  }

  private static let suites: [RecordSuite] = [.aes128GCM, .aes256GCM, .chaCha20Poly1305]

  @Test(
    "what one end writes the other reads", arguments: suites,
    [0, 1, 15, 16, 17, 16_383, 16_384, 16_385, 100_000])
  func roundTrip(suite: RecordSuite, count: Int) throws {
    let pair = try RecordPeer(suite)
    let data = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var records: [UInt8] = []
    #expect(pair.peer.write(data.span, output: &records))
    #expect(records.count == count + (count + 16_383) / 16_384 * RecordFormat.overheadBytes)
    let read = pair.read(pair.ours, records)
    let isWhole = read.data == data
    #expect(isWhole && read.end == nil)
  }

  private static func padded(_ count: Int) -> [UInt8] {
    [65, 23] + [UInt8](repeating: 0, count: count)
  }

  @Test func `padding is left out, up to the longest record`() throws {
    let pair = try RecordPeer()
    for count in [0, 1, 1_000, 16_383] {
      let read = pair.read(pair.ours, try pair.forge(Self.padded(count)))
      #expect(read.data == [65] && read.end == nil)
    }
  }

  @Test(
    "a record that breaks the rules ends the session with the RFC's alert",
    arguments: [
      (padded(16_384), TLSAlert.recordOverflow),
      ([UInt8](repeating: 0, count: 1), .unexpectedMessage),
      ([UInt8](repeating: 0, count: 16_385), .unexpectedMessage),
      // change_cipher_spec and an unknown type.
      ([1, 20], .unexpectedMessage), ([1, 99], .unexpectedMessage),
      // Alerts: empty, cut, two in one record.
      ([21], .unexpectedMessage), ([1, 21], .decodeError), ([1, 0, 1, 0, 21], .decodeError),
      // Handshake messages: empty, a ClientHello, a KeyUpdate of wrong length, of unknown meaning,
      // with something behind it, with data within it.
      ([22], .unexpectedMessage), ([1, 0, 0, 1, 0, 22], .unexpectedMessage),
      ([24, 0, 0, 2, 0, 0, 22], .decodeError), ([24, 1, 0, 1, 0, 22], .decodeError),
      ([24, 0, 0, 1, 2, 22], .illegalParameter),
      ([24, 0, 0, 1, 0, 24, 22], .unexpectedMessage),
    ])
  func fault(inner: [UInt8], alert: TLSAlert) throws {
    let pair = try RecordPeer()
    #expect(pair.read(pair.ours, try pair.forge(inner)).end == .fault(alert))
  }

  @Test(
    "a header that breaks the rules is refused before its record is there",
    arguments: [
      ([20], TLSAlert.unexpectedMessage), ([22, 3, 3, 0, 20], .unexpectedMessage),
      ([21, 3, 3, 0, 2, 1, 0], .unexpectedMessage), ([23, 3, 3, 0, 16], .badRecordMAC),
      ([23, 3, 3, 0, 0], .badRecordMAC), ([23, 3, 3, 0x40, 0x12], .recordOverflow),
    ] as [([UInt8], TLSAlert)])
  func header(bytes: [UInt8], alert: TLSAlert) throws {
    let pair = try RecordPeer()
    #expect(pair.read(pair.ours, bytes).end == .fault(alert))
  }

  @Test func `any flipped bit, and a record that comes twice, is bad_record_mac`() throws {
    for index in 5..<5 + 4 + 17 {
      let pair = try RecordPeer()
      var record = try pair.forge([1, 2, 3, 4, 23])
      record[index] ^= 1
      #expect(pair.read(pair.ours, record).end == .fault(.badRecordMAC))
    }
    let pair = try RecordPeer()
    let record = try pair.forge([1, 23])
    #expect(pair.read(pair.ours, record + record).end == .fault(.badRecordMAC))
    #expect(pair.read(pair.ours, Array(record.dropLast())).end == .incomplete)
  }

  @Test func `alerts of the peer's end the session, user_canceled does not`() throws {
    let pair = try RecordPeer()
    #expect(pair.read(pair.ours, try pair.forge([1, 90, 21])).end == nil)
    #expect(pair.read(pair.ours, try pair.forge([2, 20, 21])).end == .alert(20))
    var output: [UInt8] = []
    #expect(pair.ours.say(.closeNotify, output: &output))
    #expect(pair.read(pair.peer, output).end == .closeNotify)
  }

  @Test("records without data are few", arguments: [[23], [1, 90, 21], [24, 0, 0, 1, 1, 22]])
  func idle(inner: [UInt8]) throws {
    let pair = try RecordPeer()
    for round in 1...Limits.idleRecords * 3 {
      let read = pair.read(pair.ours, try pair.forge(inner))
      if inner[0] == 24 { pair.peer.sending.update() }
      guard round % Limits.idleRecords == 0 else {
        #expect(read.end == nil)
        continue
      }
      // Data in between allows as many again.
      #expect(pair.read(pair.ours, try pair.forge([1, 23])).data == [1])
    }
    for _ in 0..<Limits.idleRecords {
      _ = pair.read(pair.ours, try pair.forge(inner))
      if inner[0] == 24 { pair.peer.sending.update() }
    }
    #expect(pair.read(pair.ours, try pair.forge(inner)).end == .fault(.unexpectedMessage))
  }
}
