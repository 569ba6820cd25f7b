// What is void of the reserve though nobody has removed it.

import Exchange
import Primitives
import Testing

@testable import Reserve

@Suite("What is void in the reserve")
struct VoidMarksTests {
  private static let zone = ZoneID(high: 0, low: 1)
  private static let other = ZoneID(high: 0, low: 2)
  private static let now = WallTime(seconds: 2_000)

  private static func target(_ number: UInt8) throws -> String {
    try #require(ObjectName.prefix(of: [number], zone, "p"))
  }

  private static func isVoid(
    _ marks: VoidMarks, _ target: String, _ zone: ZoneID, received: Int64, written: Int64
  ) -> Bool {
    marks.isVoid(
      target, of: zone, received: WallTime(seconds: received), written: WallTime(seconds: written))
  }

  @Test("what was received before a moment is void, of its group and zone alone") func groups()
    throws
  {
    var marks = VoidMarks()
    let (one, two) = (try Self.target(1), try Self.target(2))
    marks.void(one, of: Self.zone, receivedBefore: WallTime(seconds: 100), now: Self.now)
    marks.void(one, of: Self.zone, receivedBefore: WallTime(seconds: 50), now: Self.now)
    #expect(Self.isVoid(marks, one, Self.zone, received: 99, written: 1_000))
    #expect(!Self.isVoid(marks, one, Self.zone, received: 100, written: 1_000))
    #expect(!Self.isVoid(marks, two, Self.zone, received: 99, written: 1_000))
    #expect(!Self.isVoid(marks, one, Self.other, received: 99, written: 1_000))
    #expect(marks.groupCount == 1)
  }

  @Test("what a zone had written is void as a whole, and others' not") func zones() throws {
    var marks = VoidMarks()
    let one = try Self.target(1)
    marks.void(Self.zone, writtenUntil: WallTime(seconds: 100))
    marks.void(Self.zone, writtenUntil: WallTime(seconds: 50))
    #expect(Self.isVoid(marks, one, Self.zone, received: 1, written: 100))
    #expect(!Self.isVoid(marks, one, Self.zone, received: 1, written: 101))
    #expect(!Self.isVoid(marks, one, Self.other, received: 1, written: 100))
    marks.voidAll(until: WallTime(seconds: 200))
    #expect(Self.isVoid(marks, one, Self.other, received: 1, written: 200))
    #expect(!Self.isVoid(marks, one, Self.other, received: 1, written: 201))
  }

  @Test("a zone with more groups than it leaves for the others loses all that it has")
  func bounds() {
    var marks = VoidMarks()
    let zones = (1...20).map { ZoneID(high: 1, low: $0) }
    let targets = (0..<ReserveLimits.groupsPerZone).map { group in
      let digits = String(group, radix: 16)
      return String(repeating: "0", count: 32 - digits.count) + digits + "/"
    }
    for zone in zones {
      for target in targets {
        marks.void(target, of: zone, receivedBefore: WallTime(seconds: 5), now: Self.now)
      }
    }
    #expect(marks.groupCount <= ReserveLimits.voidGroups)
    let target = targets[0]
    let lost = zones.filter {
      Self.isVoid(marks, target, $0, received: 5, written: Self.now.seconds)
    }
    #expect(!lost.isEmpty && lost.count < zones.count)
    // Nothing that was marked is forgotten.
    for zone in zones {
      #expect(Self.isVoid(marks, target, zone, received: 4, written: 3_000))
    }
  }

  @Test("notes come back as they were written, and nothing else does") func notes() throws {
    var note = VoidNote()
    #expect(note.isEmpty)
    note.writtenUntil = WallTime(seconds: 7)
    note.receivedBefore = WallTime(seconds: 1 << 40)
    note.groups = [0: WallTime(seconds: 1), 300: WallTime(seconds: 1_764_000_000)]
    note.removals = [Array(repeating: 3, count: 16), Array(repeating: 255, count: 16)]
    let bytes = note.bytes
    #expect(VoidNote(bytes) == note && !note.isEmpty)
    for count in bytes.indices { #expect(VoidNote(Array(bytes.prefix(count))) == nil) }
    #expect(VoidNote(bytes + [0]) == nil)
    for index in 24..<40 {
      var odd = bytes
      odd[index] = 255
      #expect(VoidNote(odd) == nil)
    }
    var marks = VoidMarks()
    marks.restore(note, of: Self.zone)
    #expect(marks.groupCount == 2)
    var kept = note
    kept.removals = []
    #expect(marks.note(of: Self.zone) == kept)
  }

  @Test("the digest in the name of a target's objects leads to the name again")
  func digests() throws {
    let prefix = try Self.target(9)
    let digest = try #require(ObjectName.digest(ofPrefix: prefix))
    #expect(digest.count == 16)
    #expect(ObjectName.prefix(ofDigest: digest, Self.zone, "p") == prefix)
    #expect(ObjectName.digest(ofPrefix: "p/short/") == nil)
    #expect(ObjectName.digest(ofPrefix: String(prefix.dropLast())) == nil)
    #expect(ObjectName.digest(ofPrefix: String(repeating: "x", count: 32) + "/") == nil)
  }
}
