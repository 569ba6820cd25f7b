// Tickets: across loops, zones, names and keys.

import Primitives
import Testing

@testable import TLS

@Suite struct ResumptionTests {
  /// One full handshake, and what the client may resume it with.
  private func ticket(
    _ place: Place, _ client: TLSClientContext, _ answer: TLSServerContext
  ) throws -> TLSResumption {
    let pair = try Pair(place, to: client, answer: answer)
    try pair.run()
    try #require(pair.clientStep == .done)
    return try #require(pair.client.takeResumption())
  }

  @Test(
    "a session resumes at another acceptor with another context of the zone",
    arguments: [TLSVersion.tls12, .tls13])
  func acrossLoops(version: TLSVersion) throws {
    let (answer, client, authority) = try Fixture.contexts()
    let first = try Place()
    first.connector.limit(to: version)
    let resumption = try ticket(first, client, answer)
    #expect(resumption.lifetimeSeconds == Limits.ticketLifetimeSeconds)

    let other = TLSServerContext(
      zone: Fixture.zoneA, identities: [try Fixture.identity(authority)])
    let second = try Place()
    second.connector.limit(to: version)
    let pair = try Pair(second, to: client, resuming: resumption, answer: other)
    try pair.run()
    #expect(pair.serverStep == .done)
    #expect(pair.server.isResumed)
    #expect(pair.client.isResumed)
    #expect(pair.server.version == version)
    try pair.clientSays("again")
    #expect(pair.serverRead == Array("again".utf8))
    // A ticket of TLS 1.3 is used once, so the next one comes with it.
    #expect((pair.client.takeResumption() != nil) == (version == .tls13))
  }

  @Test func `a session resumes on another thread`() async throws {
    let (answer, client, _) = try Fixture.contexts()
    let resumption = try ticket(try Place(), client, answer)
    let isResumed = try await Task.detached {
      let pair = try Pair(try Place(), to: client, resuming: resumption, answer: answer)
      try pair.run()
      return pair.server.isResumed
    }.value
    #expect(isResumed)
  }

  @Test(
    "a ticket of zone A does not resume in zone B", arguments: [TLSVersion.tls12, .tls13])
  func acrossZones(version: TLSVersion) throws {
    let (answer, client, authority) = try Fixture.contexts()
    let place = try Place()
    place.connector.limit(to: version)
    let resumption = try ticket(place, client, answer)
    let zoneB = TLSServerContext(
      zone: Fixture.zoneB, identities: [try Fixture.identity(authority)])
    let pair = try Pair(place, to: client, resuming: resumption, answer: zoneB)
    try pair.run()
    #expect(pair.serverStep == .done)
    #expect(!pair.server.isResumed)
  }

  @Test(
    "a ticket for one name does not resume for another of the zone",
    arguments: [TLSVersion.tls12, .tls13])
  func acrossNames(version: TLSVersion) throws {
    let (answer, client, _) = try Fixture.contexts()
    let place = try Place()
    place.connector.limit(to: version)
    let resumption = try ticket(place, client, answer)
    var other = client
    other.host = "www.a.test"
    let pair = try Pair(place, to: other, resuming: resumption, answer: answer)
    try pair.run()
    #expect(pair.serverStep == .done)
    #expect(!pair.server.isResumed)
  }

  @Test func `a rotated key still opens tickets, a key rotated twice does not`() throws {
    let (answer, client, _) = try Fixture.contexts()
    let place = try Place()
    let old = try ticket(place, client, answer)
    for expected in [true, false] {
      place.acceptor.ticketKeys = try place.acceptor.ticketKeys.rotated()
      let pair = try Pair(place, to: client, resuming: old, answer: answer)
      try pair.run()
      #expect(pair.serverStep == .done)
      #expect(pair.server.isResumed == expected)
    }
  }

  @Test func `a damaged or foreign ticket leads to a full handshake`() throws {
    let (answer, client, _) = try Fixture.contexts()
    let resumption = try ticket(try Place(keys: try TLSTicketKeys.generate()), client, answer)
    let pair = try Pair(try Place(), to: client, resuming: resumption, answer: answer)
    try pair.run()
    #expect(pair.serverStep == .done)
    #expect(!pair.server.isResumed)
  }

  @Test func `ticket keys have 80 bytes and are few`() throws {
    #expect(TLSTicketKeys(current: [1, 2, 3]) == nil)
    let key = [UInt8](repeating: 7, count: 80)
    #expect(TLSTicketKeys(current: key, accepted: [key, [1]]) == nil)
    #expect(TLSTicketKeys(current: key, accepted: [key, key, key]) != nil)
    #expect(TLSTicketKeys(current: key, accepted: [key, key, key, key]) == nil)
    #expect(try TLSTicketKeys.generate() != TLSTicketKeys.generate())
  }

  @Test func `two loops that change their key one after the other know each other's tickets`()
    throws
  {
    let (answer, client, _) = try Fixture.contexts()
    let first = try Place()
    let second = try Place()
    let next = try Fixture.keys.rotated()
    for place in [first, second] {
      place.acceptor.ticketKeys = place.acceptor.ticketKeys.accepting(next)
    }
    first.acceptor.ticketKeys = next
    for (from, to) in [(first, second), (second, first)] {
      let resumption = try ticket(from, client, answer)
      let pair = try Pair(to, to: client, resuming: resumption, answer: answer)
      try pair.run()
      #expect(pair.server.isResumed)
    }
  }

  @Test func `a sealing key has its period, and opens for as long again`() throws {
    let begun = WallTime(seconds: 1_000_000)
    func after(_ seconds: Int64) -> WallTime { WallTime(seconds: begun.seconds + seconds) }
    let schedule = try TLSTicketSchedule.starting(at: begun, period: .seconds(100))
    #expect(try schedule.advanced(to: after(99)) == schedule)
    let next = try schedule.advanced(to: after(100))
    #expect(next.since == after(100))
    #expect(next.keys != schedule.keys)
    // The sealing key of before is the one that still opens.
    #expect(next.keys.material.suffix(80) == schedule.keys.material.prefix(80))
    // Left for two periods, or from a time to come.
    let last = try schedule.advanced(to: after(250))
    #expect(last.keys.material.count == 80 && last.keys != schedule.keys)
    #expect(try schedule.advanced(to: after(-1)).keys != schedule.keys)
  }

  @Test func `a schedule is read from its bytes, from those of old, and from no others`() throws {
    let schedule = try TLSTicketSchedule.starting(at: WallTime(seconds: 1_790_000_000))
      .advanced(to: WallTime(seconds: 1_790_050_000))
    #expect(TLSTicketSchedule(record: schedule.record) == schedule)
    let old = try #require(TLSTicketSchedule(record: Fixture.keys.material))
    #expect(old.keys == Fixture.keys && old.isDue(Fixture.today))
    for count in [0, 8, 79, 81, 87, 89, 80 * 5, 8 + 80 * 5] {
      #expect(TLSTicketSchedule(record: [UInt8](repeating: 1, count: count)) == nil)
    }
  }
}
