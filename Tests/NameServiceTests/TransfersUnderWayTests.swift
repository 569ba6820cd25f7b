// Who has the places for transfers.

import Testing

@testable import NameService

@Suite("TransfersUnderWay")
struct TransfersUnderWayTests {
  @Test("one secondary that fetches all its zones leaves places for others") func secondary() {
    var transfers = TransfersUnderWay()
    var first = 0
    while first < 1_000, transfers.begin(network: 1, zoneCount: 0) { first += 1 }
    #expect(first == 21 && transfers.count == 21)
    var second = 0
    while second < 1_000, transfers.begin(network: 2, zoneCount: 0) { second += 1 }
    #expect(second == 14)
    for network in 3...31 as ClosedRange<UInt64> {
      let isBegun = transfers.begin(network: network, zoneCount: 0)
      #expect(isBegun, "\(network)")
    }
    let isTooMany = !transfers.begin(network: 32, zoneCount: 0)
    #expect(isTooMany && transfers.count == 64)
    transfers.end(network: 2)
    let isGreedy = transfers.begin(network: 2, zoneCount: 0)
    let isNew = transfers.begin(network: 32, zoneCount: 0)
    #expect(!isGreedy && isNew)
    for _ in 0..<21 { transfers.end(network: 1) }
    for _ in 0..<13 { transfers.end(network: 2) }
    for network in 3...32 as ClosedRange<UInt64> { transfers.end(network: network) }
    #expect(transfers.count == 0 && transfers == TransfersUnderWay())
  }

  @Test("a zone has eight places at most, and fewer where few are free") func zone() {
    var transfers = TransfersUnderWay()
    var count = 0
    while count < 100, transfers.begin(network: UInt64(count), zoneCount: count) { count += 1 }
    #expect(count == 8)
    for number in 100..<148 as Range<UInt64> {
      let isBegun = transfers.begin(network: number, zoneCount: 0)
      #expect(isBegun)
    }
    // Eight places are free: two for a zone.
    let begun = [(500, 1), (501, 2), (501, 0)].map {
      transfers.begin(network: $0.0, zoneCount: $0.1)
    }
    #expect(begun == [true, false, true])
  }
}
