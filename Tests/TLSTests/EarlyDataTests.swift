// 0-RTT: taken once, refused to replays, and what happens then.

import Primitives
import Testing

@testable import TLS

@Suite struct EarlyDataTests {
  private struct Setting {
    let answer: TLSServerContext
    let client: TLSClientContext
    let place: Place
    let resumption: TLSResumption

    init(filter: EarlyDataReplayFilter = Fixture.filter()) throws {
      let (answer, client, _) = try Fixture.contexts(allowsEarlyData: true)
      self.answer = answer
      self.client = client
      place = try Place(filter: filter)
      let pair = try Pair(place, to: client, answer: answer)
      try pair.run()
      resumption = try #require(pair.client.takeResumption())
    }

    func pair() throws -> Pair {
      try Pair(place, to: client, resuming: resumption, answer: answer)
    }
  }

  @Test func `early data is read and answered before the handshake is done`() throws {
    let setting = try Setting()
    #expect(setting.resumption.earlyDataBytes == Int(Limits.earlyDataBytes))
    let pair = try setting.pair()
    try pair.client.sendEarlyData(Array("GET early".utf8).span, output: &pair.clientOutput)
    try pair.passToServer()
    #expect(pair.serverStep == .earlyData)
    #expect(pair.serverEarly == Array("GET early".utf8))
    #expect(!pair.server.isOpen)
    #expect(pair.server.acceptedEarlyData)
    #expect(pair.server.clientHello?.offersEarlyData == true)
    try pair.server.write(Array("reply".utf8).span, output: &pair.serverOutput)
    try pair.run()
    #expect(pair.clientRead == Array("reply".utf8))
    #expect(pair.client.acceptedEarlyData)
    #expect(pair.server.isOpen)
    try pair.clientSays("later")
    #expect(pair.serverRead == Array("later".utf8))
    #expect(pair.serverEarly == Array("GET early".utf8))
  }

  @Test func `early data passes one byte at a time`() throws {
    let pair = try Setting().pair()
    pair.piece = 1
    try pair.client.sendEarlyData(Array("GET ".utf8).span, output: &pair.clientOutput)
    try pair.run()
    #expect(pair.serverEarly == Array("GET ".utf8))
    #expect(pair.clientStep == .done)
    #expect(pair.server.isOpen)
  }

  @Test func `a replayed flight is not taken, and yields no data`() throws {
    let setting = try Setting()
    let pair = try setting.pair()
    try pair.client.sendEarlyData(Array("GET early".utf8).span, output: &pair.clientOutput)
    let flight = pair.clientOutput
    try pair.run()
    #expect(pair.serverEarly == Array("GET early".utf8))

    let replay = try Pair(setting.place, to: setting.client, answer: setting.answer)
    try replay.feedServer(flight)
    #expect(replay.serverStep == .needsInput)
    #expect(replay.serverEarly.isEmpty)
    #expect(!replay.server.acceptedEarlyData)
  }

  @Test func `a ticket used twice by its client is no replay`() throws {
    let setting = try Setting()
    let pairs = try (0..<2).map { _ in
      let pair = try setting.pair()
      try pair.client.sendEarlyData(Array("GET early".utf8).span, output: &pair.clientOutput)
      return pair
    }
    for pair in pairs {
      try pair.run()
      #expect(pair.serverEarly == Array("GET early".utf8))
    }
  }

  @Test func `refused early data falls back to a full round trip`() throws {
    let setting = try Setting()
    let strict = TLSServerContext(zone: Fixture.zoneA, identities: setting.answer.identities)
    let pair = try Pair(
      setting.place, to: setting.client, resuming: setting.resumption, answer: strict)
    try pair.client.sendEarlyData(Array("GET early".utf8).span, output: &pair.clientOutput)
    try pair.run()
    #expect(pair.serverStep == .done)
    #expect(pair.server.isResumed)
    #expect(!pair.client.acceptedEarlyData)
    #expect(pair.serverEarly.isEmpty)
    try pair.clientSays("GET again")
    #expect(pair.serverRead == Array("GET again".utf8))
  }

  @Test func `early data without a ticket is not sent`() throws {
    let (answer, client, _) = try Fixture.contexts(allowsEarlyData: true)
    let pair = try Pair(try Place(), to: client, answer: answer)
    #expect(throws: TLSError.notOpen) {
      try pair.client.sendEarlyData([1, 2, 3].span, output: &pair.clientOutput)
    }
  }

  @Test func `the filter admits nothing until its first window is over`() {
    let filter = EarlyDataReplayFilter(start: at(100), hash: KeyedHash(key0: 1, key1: 2))
    #expect(!admits(filter, 1, at(100)))
    #expect(!admits(filter, 1, at(114)))
    #expect(admits(filter, 1, at(115)))
    #expect(!admits(filter, 1, at(115)))
  }

  @Test func `the filter remembers for a window and forgets after two`() {
    let filter = EarlyDataReplayFilter(start: at(0), hash: KeyedHash(key0: 1, key1: 2))
    #expect(admits(filter, 1, at(29)))
    #expect(!admits(filter, 1, at(31)))
    #expect(!admits(filter, 1, at(44)))
    #expect(admits(filter, 1, at(60)))
    #expect(admits(filter, 1, at(500)))
  }

  @Test func `a full filter refuses until its window turns`() {
    let filter = EarlyDataReplayFilter(
      start: at(0), hash: KeyedHash(key0: 1, key1: 2), rememberedFlights: 100)
    for number in 0..<100 { #expect(admits(filter, number, at(20))) }
    #expect(!admits(filter, 100, at(20)))
    #expect(admits(filter, 100, at(36)))
    #expect(!admits(filter, 50, at(36)))
  }

  private func at(_ seconds: UInt64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  private func admits(_ filter: EarlyDataReplayFilter, _ number: Int, _ now: Instant) -> Bool {
    filter.admits(random: [UInt8](repeating: UInt8(number), count: 32).span, now: now)
  }
}
