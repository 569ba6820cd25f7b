// Objects in the bucket: their names, what they begin with, and what is not believed.

import Exchange
import Primitives
import Runtime
import TLS
import Testing

@testable import Reserve

struct ObjectTests {
  private static let zone = ZoneID(high: 1, low: 2)
  private static let loop: EventLoop? = {
    do throws(RuntimeError) {
      let group = try EventLoopGroup(cpus: [nil], storageThreads: 0)
      return group.loops[0]
    } catch { return nil }
  }()

  private static func name(_ path: String, variant: String? = nil) throws -> ObjectName {
    try #require(
      ObjectName(
        ReservedName(
          target: Array(path.utf8), identity: Array(path.utf8),
          variant: variant.map { Array($0.utf8) }),
        of: zone, prefix: "p/q"))
  }

  private static func record(_ body: Int) -> ReservedRecord {
    let bytes = (0..<body).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    return ReservedRecord(
      zone: zone, sequence: 7, receivedWall: WallTime(seconds: 100),
      expiresWall: WallTime(seconds: 200), head: Bytes(Array("head".utf8)),
      body: [Bytes(Array(bytes[..<(body / 3)])), Bytes(Array(bytes[(body / 3)...]))])
  }

  /// Runs `body` as a task of a loop.
  private static func onLoop<Result: Sendable>(
    _ body: @escaping @Sendable (Parker) async -> Result
  ) async throws -> Result {
    let loop = try #require(loop)
    let lane = Lane(loop: loop, name: "test")
    return await withCheckedContinuation { continuation in
      lane.start { continuation.resume(returning: await body(Parker(on: lane))) }
    }
  }

  private static func sealed(_ record: ReservedRecord, _ name: ObjectName) async throws -> [UInt8] {
    let sealed = try await onLoop { parker -> ReservedObject.Sealed? in
      let header = await ReservedObject.header(
        of: record, named: name, written: WallTime(seconds: 150), parker)
      guard let header else { return nil }
      return await ReservedObject.seal(record, header, parker)
    }
    return try #require(sealed).bytes.array()
  }

  private static func open(
    _ bytes: [UInt8], _ name: ObjectName, of zone: ZoneID = zone
  ) async throws -> Result<ReservedRecord, ReservedObject.Flaw> {
    try await onLoop { parker in
      do throws(ReservedObject.Flaw) {
        return .success(
          try await ReservedObject.open(Bytes(bytes), named: name, of: zone, parker).record)
      } catch {
        return .failure(error)
      }
    }
  }

  @Test("a record comes back as it was put", arguments: [0, 1, 300, 1 << 20])
  func roundTrip(bytes: Int) async throws {
    let name = try Self.name("/a")
    let record = Self.record(bytes)
    let back = try await Self.open(try await Self.sealed(record, name), name).get()
    #expect(back.sequence == 7 && back.zone == Self.zone)
    #expect(back.receivedWall.seconds == 100 && back.expiresWall.seconds == 200)
    #expect(back.head.array() == record.head.array())
    #expect(back.body.flatMap { $0.array() } == record.body.flatMap { $0.array() })
  }

  @Test("an object with any byte changed is not believed") func altered() async throws {
    let name = try Self.name("/a")
    let object = try await Self.sealed(Self.record(50), name)
    for index in object.indices {
      var changed = object
      changed[index] ^= 0x10
      guard case .failure = try await Self.open(changed, name) else {
        Issue.record("byte \(index)")
        return
      }
    }
  }

  @Test("an object that is cut short or has more is not believed") func truncated() async throws {
    let name = try Self.name("/a")
    let object = try await Self.sealed(Self.record(50), name)
    for count in [0, 1, 199, 200, 203, object.count - 1] {
      await #expect(throws: ReservedObject.Flaw.truncated) {
        try await Self.open(Array(object[..<count]), name).get()
      }
    }
    await #expect(throws: ReservedObject.Flaw.truncated) {
      try await Self.open(object + [0], name).get()
    }
  }

  @Test("an object that lies under another name, or is another zone's, is not believed")
  func foreign() async throws {
    let object = try await Self.sealed(Self.record(50), try Self.name("/a"))
    await #expect(throws: ReservedObject.Flaw.foreign) {
      try await Self.open(object, try Self.name("/b")).get()
    }
    await #expect(throws: ReservedObject.Flaw.foreign) {
      try await Self.open(object, try Self.name("/a"), of: ZoneID(high: 1, low: 3)).get()
    }
  }

  @Test("names tell targets, identities and variants apart, and no part is odd") func names()
    throws
  {
    let names = [
      try Self.name("/a"), try Self.name("/b"), try Self.name("/a", variant: ""),
      try Self.name("/a", variant: "x"), try Self.name("/ä ?&/../"),
    ]
    #expect(Set(names.map(\.text)).count == names.count)
    #expect(names[0].targetPrefix == names[3].targetPrefix)
    for name in names {
      #expect(name.text.hasPrefix(name.targetPrefix))
      #expect(name.text.hasPrefix("p/q/v1/00000000000000010000000000000002/"))
      #expect(name.text.utf8.allSatisfy { $0 > 0x2c && $0 < 0x7b })
    }
  }

  @Test("a stamp says what an object holds, not when it was written") func stamps() throws {
    let digest = [UInt8](repeating: 1, count: 32)
    var header = ObjectHeader(
      zone: Self.zone, sequence: 1, received: WallTime(seconds: 1), expires: WallTime(seconds: 2),
      written: WallTime(seconds: 3), headBytes: 4, bodyBytes: 5, name: digest, head: digest,
      body: digest)
    let stamp = try #require(header.stamp)
    header.written = WallTime(seconds: 9)
    #expect(header.stamp == stamp)
    header.expires = WallTime(seconds: 9)
    #expect(header.stamp != stamp)
    #expect(header.encoded.flatMap { ObjectHeader($0.span) } == header)
  }

  @Test(
    "an object of impossible times is not believed",
    arguments: [Int64.min, -1, (1 << 40) + 1, .max])
  func times(seconds: Int64) throws {
    let digest = [UInt8](repeating: 1, count: 32)
    let sound = ObjectHeader(
      zone: Self.zone, sequence: 1, received: WallTime(seconds: 0),
      expires: WallTime(seconds: 1 << 40), written: WallTime(seconds: 3), headBytes: 4,
      bodyBytes: 5, name: digest, head: digest, body: digest)
    #expect(sound.encoded.flatMap { ObjectHeader($0.span) } == sound)
    let places: [WritableKeyPath<ObjectHeader, WallTime>] = [\.received, \.expires, \.written]
    for place in places {
      var header = sound
      header[keyPath: place] = WallTime(seconds: seconds)
      let bytes = try #require(header.encoded)
      let read = ObjectHeader(bytes.span)
      #expect(read == nil)
    }
  }
}
