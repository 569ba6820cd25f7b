// Transfers that other servers send.

import DNS
import Primitives
import Testing

@testable import NameService

@Suite("Received transfers") struct TransferReaderTests {
  /// Two messages, each behind its length, that dnspython 2.3 signed in answer to the reader's query.
  static let signed =
    "00b9123484000001000200000001047866657204746573740000fc00010478666572047465737400000600010000003c001a0161000162000000000700000001000000010000000100000001016e0478666572047465737400000100010000003c000401020304036b6579076578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006553f100012c00203eedd8f1241411d0c77f0e00f379872c6fef7c3935600825ca1e466525646daa123400000000008f1234840000000001000000010478666572047465737400000600010000003c001a0161000162000000000700000001000000010000000100000001036b6579076578616d706c650000fa00ff00000000003d0b686d61632d7368613235360000006553f100012c002058bce12606be0f1ff6444afe28bcbec94e962080ea23e85b1b4960e6ed88d816123400000000"

  private static func reader(isSigned: Bool = true) throws -> TransferReader {
    let apex = try #require(TSIGKey.name("xfer.test"))
    return try TransferReader(
      apex: apex, id: 0x1234, key: isSigned ? TSIGSessionTests.key() : nil,
      seconds: TSIGSessionTests.signedAt)
  }

  private static var messages: [[UInt8]] {
    var messages: [[UInt8]] = []
    let bytes = TSIGSessionTests.bytes(signed)
    var place = 0
    while place < bytes.count {
      let end = place + 2 + (Int(bytes[place]) << 8 | Int(bytes[place + 1]))
      messages.append(Array(bytes[(place + 2)..<end]))
      place = end
    }
    return messages
  }

  /// What is said of the messages: how many records, or what is wrong.
  private static func outcome(_ messages: [[UInt8]], isSigned: Bool = true) throws -> String {
    var reader = try reader(isSigned: isSigned)
    do throws(TransferReader.Fault) {
      for message in messages {
        if try reader.take(message, seconds: TSIGSessionTests.signedAt) {
          return "\(reader.records.count)"
        }
      }
      return "unended"
    } catch { return "\(error)" }
  }

  @Test("a transfer that another implementation signed is taken") func signedTransfer() throws {
    #expect(try Self.outcome(Self.messages) == "2")
    #expect(try Self.outcome([Self.messages[0]]) == "unended")
  }

  @Test("a transfer of too many bytes is broken off") func bytes() throws {
    let total = Self.messages.reduce(0) { $0 + $1.count }
    for limit in [total, total - 1] {
      var reader = try TransferReader(
        apex: try #require(TSIGKey.name("xfer.test")), id: 0x1234, key: TSIGSessionTests.key(),
        seconds: TSIGSessionTests.signedAt, limitBytes: limit)
      var fault: TransferReader.Fault?
      do throws(TransferReader.Fault) {
        for message in Self.messages {
          _ = try reader.take(message, seconds: TSIGSessionTests.signedAt)
        }
      } catch { fault = error }
      #expect((fault == nil) == (limit == total))
    }
  }

  @Test("messages that are forged, left out or not signed are not taken") func forged() throws {
    var forged = Self.messages
    forged[1][30] ^= 1
    #expect(try Self.outcome(forged) != "2")
    #expect(try Self.outcome([Self.messages[1]]).contains("another key"))
    // Without their signatures.
    let plain = Self.messages.map { message in
      Array(message[..<10]) + [0, 0] + message[12..<(message.count - 84)]
    }
    #expect(try Self.outcome(plain).contains("did not sign"))
    #expect(try Self.outcome(plain, isSigned: false) == "2")
    #expect(try Self.outcome([Self.messages[0], plain[1]]).contains("did not sign"))
  }

  @Test("a refusal, another zone and what begins with no SOA are told apart") func faults() throws {
    var refused = TSIGSessionTests.bytes("123484050000000000000000")
    #expect(try Self.outcome([refused]) == "refused: REFUSED")
    #expect(try Self.outcome([refused], isSigned: false) == "refused: REFUSED")
    refused[0] = 9
    #expect(try Self.outcome([refused]).contains("can't be read"))
    let empty = TSIGSessionTests.bytes("123484000000000000000000")
    #expect(try Self.outcome([empty], isSigned: false).contains("something else"))
    let record = TSIGSessionTests.bytes("12348400000000010000000000000100010000000000040a000001")
    #expect(try Self.outcome([record], isSigned: false).contains("does not begin"))
  }
}
