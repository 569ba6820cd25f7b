// Signatures of messages, against those of dnspython.

import DNS
import Primitives
import Testing

@testable import NameService

@Suite("TSIG sessions") struct TSIGSessionTests {
  static let secret: [UInt8] = (0..<32).map { UInt8($0) }
  static let signedAt: UInt64 = 1_700_000_000

  static func key(_ algorithm: TSIGAlgorithm = .sha256) -> TSIGKey {
    // A name is one.
    guard let name = TSIGKey.name("key.example") else { preconditionFailure("no name") }
    return TSIGKey(name: name, algorithm: algorithm, secret: secret)
  }

  static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
    }
  }

  /// Signed by dnspython 2.3 with the secret above as `Key.Example`, at `time`.
  static let queries: [(TSIGAlgorithm, String)] = [
    (
      .sha256,
      "123400000001000000000001017a04746573740000060001034b6579074578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006553f100012c0020c8c85c7bb5dcfba2b31ae4a8fffc0895d7b0eafbc06eef4dbfeaa5850b687dc5123400000000"
    ),
    (
      .sha384,
      "123400000001000000000001017a04746573740000060001034b6579074578616d706c650000fa00ff00000000004d0b686d61632d7368613338340000006553f100012c0030d2424ccc613b82d9d9b29503dc76036fc94ba65bd41a1719de61403f4d759b551114db2bec0c9c39cce399195422fc1c123400000000"
    ),
    (
      .sha512,
      "123400000001000000000001017a04746573740000060001034b6579074578616d706c650000fa00ff00000000005d0b686d61632d7368613531320000006553f100012c004022cd64ad524ea0210d4de871340665de2c6fdffc3facf7101f279c8cbed4172a8a088ec5f9050fee4a8720e2557a7351214ae5effb580f555794ec769b40b5f7123400000000"
    ),
  ]

  /// The answer to the first of them, in three messages, each a second later than the one before.
  static let answers = [
    "123484000000000000000001034b6579074578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006553f100012c00206271106fa1d665a49ba51cb50392bd3a85d97295372c4c9872b1291395646744123400000000",
    "123484000000000000000001034b6579074578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006553f101012c002016d5ea672320a72684d4ccc4afa1f2e77794556134261f36deed3d155cb3da73123400000000",
    "123484000000000000000001034b6579074578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006553f102012c0020a45f3b8aded2153ed3376b4c8d9c3433c968c855391cfe45e4724c3e2df3bc73123400000000",
  ]

  private static func session(_ algorithm: TSIGAlgorithm = .sha256) throws -> TSIGSession {
    try #require(TSIGSession(key(algorithm), id: 0x1234))
  }

  /// What becomes of a signed message; nil if it is taken.
  private static func fault(
    _ session: inout TSIGSession, _ message: [UInt8], seconds: UInt64 = signedAt
  ) throws -> TSIGSession.Fault? {
    let start = try #require(Self.start(of: message))
    let record = try TSIGRecord(message.span, at: start)
    do throws(TSIGSession.Fault) {
      try session.check(message.span, record, at: start, seconds: seconds)
      return nil
    } catch { return error }
  }

  private static func start(of message: [UInt8]) -> Int? {
    // The name of the key is nowhere else.
    let name: [UInt8] = [3, 0x4b, 0x65, 0x79]
    return message.indices.dropLast(3).first {
      Array(message[$0..<($0 + 4)]) == name || message[$0] == 3 && message[$0 + 1] == 0x6b
    }
  }

  private static func sign(
    _ session: inout TSIGSession, _ message: [UInt8], seconds: UInt64
  ) -> [UInt8]? {
    var room = message + [UInt8](repeating: 0, count: session.recordBytes)
    var span = room.mutableSpan
    let length = session.sign(&span, length: message.count, seconds: seconds)
    return length.map { Array(room[..<$0]) }
  }

  @Test("queries that dnspython signed are taken, with every algorithm", arguments: queries)
  func takesQueries(algorithm: TSIGAlgorithm, hexadecimal: String) throws {
    var session = try Self.session(algorithm)
    #expect(try Self.fault(&session, Self.bytes(hexadecimal)) == nil)
    for other in TSIGAlgorithm.allCases where other != algorithm {
      session = try Self.session(other)
      #expect(try Self.fault(&session, Self.bytes(hexadecimal)) == .key)
    }
  }

  @Test("messages of a transfer have the codes that dnspython gives them") func makesAnswers()
    throws
  {
    var server = try Self.session()
    var client = try Self.session()
    #expect(try Self.fault(&server, Self.bytes(Self.queries[0].1)) == nil)
    let plain = Self.bytes(
      "1234 0000 0001 0000 0000 0000 017a 0474 6573 7400 0006 0001".filter { $0 != " " })
    _ = Self.sign(&client, plain, seconds: Self.signedAt)
    for (number, hexadecimal) in Self.answers.enumerated() {
      let expected = Self.bytes(hexadecimal)
      let seconds = Self.signedAt + UInt64(number)
      let body = Array(expected[..<10]) + [0, 0]
      let signed = try #require(Self.sign(&server, body, seconds: seconds))
      #expect(signed.suffix(45) == expected.suffix(45))
      #expect(try Self.fault(&client, expected, seconds: seconds) == nil)
    }
  }

  @Test(
    "a code may be cut to its half, and has no other length", arguments: [0, 10, 15, 16, 31, 32])
  func truncation(count: Int) throws {
    var session = try Self.session()
    let message = Self.bytes(Self.queries[0].1)
    let start = try #require(Self.start(of: message))
    var record = try TSIGRecord(message.span, at: start)
    record.mac = Array(record.mac.prefix(count))
    var cut = Array(message[..<start])
    record.append(to: &cut)
    #expect(try Self.fault(&session, cut) == (count < 16 ? .malformed : nil))
  }

  @Test(
    "the clocks may differ by the fudge",
    arguments: [(-301, false), (-300, true), (0, true), (300, true), (301, false)])
  func clocks(difference: Int64, isTaken: Bool) throws {
    var session = try Self.session()
    let seconds = UInt64(Int64(Self.signedAt) + difference)
    let message = Self.bytes(Self.queries[0].1)
    #expect(try Self.fault(&session, message, seconds: seconds) == (isTaken ? nil : .time))
  }

  @Test("any other byte makes a message another's") func changes() throws {
    let message = Self.bytes(Self.queries[0].1)
    let start = try #require(Self.start(of: message))
    // Not the ID, which forwarders change, and not what makes it no TSIG record.
    for index in message.indices.dropFirst(2) where index < start || index > message.count - 44 {
      var changed = message
      changed[index] ^= 0x80
      guard (try? TSIGRecord(changed.span, at: start)) != nil else { continue }
      var session = try Self.session()
      #expect(try Self.fault(&session, changed) != nil, "byte \(index)")
    }
    var forwarded = message
    forwarded[0] = 0xff
    var session = try Self.session()
    #expect(try Self.fault(&session, forwarded) == nil)
  }

  @Test("of a transfer's messages up to 99 need no signature, the last one does") func unsigned()
    throws
  {
    var server = try Self.session()
    var client = try Self.session()
    let query = try #require(
      Self.sign(&client, Self.bytes("123400000001000000000000"), seconds: Self.signedAt))
    func check(_ message: [UInt8], _ isSigned: Bool) -> TSIGSession.Fault? {
      do throws(TSIGSession.Fault) {
        try client.check(
          message.span, recordAt: isSigned ? DNSHeader.length : nil, seconds: Self.signedAt)
        return nil
      } catch { return error }
    }
    _ = try server.check(
      query.span, TSIGRecord(query.span, at: DNSHeader.length), at: DNSHeader.length,
      seconds: Self.signedAt)
    let body = Self.bytes("123484000000000000000000")
    #expect(check(body, false) == .missing)
    let first = try #require(Self.sign(&server, body, seconds: Self.signedAt))
    #expect(check(first, true) == nil && client.isSettled)
    for _ in 0..<99 { #expect(check(body, false) == nil) }
    #expect(!client.isSettled && check(body, false) == .missing)
  }

  @Test("a refusal's own error is told, and one without a signature as well") func refusals() throws
  {
    for error in [ResponseCode.badKey, .badSignature] {
      var client = try Self.session()
      _ = Self.sign(&client, Self.bytes("123400000001000000000000"), seconds: Self.signedAt)
      var message = Self.bytes("123484090000000000000001")
      TSIGRecord(
        keyName: client.key.name, algorithm: client.key.algorithm.name,
        signedAtSeconds: Self.signedAt, originalID: 0x1234, error: error
      ).append(to: &message)
      let record = try TSIGRecord(message.span, at: DNSHeader.length)
      #expect(throws: TSIGSession.Fault.refused(error)) {
        try client.check(message.span, record, at: DNSHeader.length, seconds: Self.signedAt)
      }
    }
  }

  @Test("a key of the command line is read, and others are not") func texts() {
    let key = TSIGKey("Transfer.Example:HMAC-SHA512:AAECAwQFBgcICQoLDA0ODw==")
    #expect(key?.nameText == "transfer.example" && key?.algorithm == .sha512)
    #expect(key?.secret == (0..<16).map { UInt8($0) } && "\(key as Any)".contains("AAEC") == false)
    for text in [
      "", "a:b", "a:hmac-md5:AAECAwQFBgcICQoLDA0ODw==", "a:hmac-sha256:AAEC", "a:hmac-sha256:!",
      ".:hmac-sha256:AAECAwQFBgcICQoLDA0ODw==",
      "a..b:hmac-sha256:AAECAwQFBgcICQoLDA0ODw==",
    ] { #expect(TSIGKey(text) == nil, "\(text)") }
  }
}
