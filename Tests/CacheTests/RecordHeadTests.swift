// Heads of records on the disk.

import Exchange
import HTTP
import Primitives
import Testing

@testable import Cache

@Suite("Heads of records")
struct RecordHeadTests {
  private static let times = RecordTimes(
    received: WallTime(seconds: 1_800_000_000), expires: WallTime(seconds: 1_800_000_090))
  private static let now = Instant(nanoseconds: 50_000_000_000)

  private func head(_ more: (String, String)...) -> StoredHead {
    var response = ResponseHead(status: 200)
    response.fields.append("Cache-Control", "max-age=100, stale-while-revalidate=7")
    response.fields.append("ETag", "\"x\"")
    for (name, value) in more { response.fields.append(name, value) }
    var request = RequestHead()
    request.fields.append("Accept-Language", "de, en;q=0.5")
    request.fields.append("Foo", "a ,b")
    var policy = CacheSettings()
    policy.browserSeconds = 30
    let assessment = StoredHead.assess(
      response, to: request, directives: nil,
      times: ExchangeTimes(
        requestedAt: Self.now, receivedAt: Self.now, receivedWall: WallTime(seconds: 1_800_000_000)),
      policy: CachePolicy(policy))
    guard case .storable(let head) = assessment else { preconditionFailure("a storable response") }
    return head
  }

  private func decode(
    _ bytes: [UInt8], _ identity: String = "key", wall: Int64 = 1_800_000_020
  ) -> RecordHead? {
    RecordHead(
      bytes.span, of: Array(identity.utf8), Self.times, now: Self.now, wall: WallTime(seconds: wall)
    )
  }

  @Test("a head comes back as it was, older by the time that passed")
  func roundTrip() throws {
    let head = head(("Vary", "accept-language, foo, bar"), ("X-Thing", "one"))
    let slices = Slices(id: 7, count: 3_000_000, sliceBytes: 1 << 20)
    let bytes = RecordHead(head, slices).bytes(Array("key".utf8))
    let read = try #require(decode(bytes))
    #expect(read.slices == slices)
    #expect(read.head.status == 200 && read.head.fields.lines == head.fields.lines)
    #expect(read.head.staleWhileRevalidate == 7 && read.head.staleIfError == nil)
    #expect(read.head.browserSeconds == 30 && read.head.replaced?.text(.cacheControl) != nil)
    #expect(read.head.selection.isEqual(to: head.selection))
    // Ten of a hundred seconds had passed when it was written, twenty since.
    #expect(read.head.freshness.ageSeconds(at: Self.now) == 30)
    #expect(read.head.freshness.remainingSeconds(at: Self.now) == 70)
    #expect(RecordHead(read.head, slices).bytes(Array("key".utf8)) == bytes)
  }

  @Test("but for its Date a head is the same only if tags and all that it says are")
  func sameness() {
    func bytes(_ head: StoredHead) -> [UInt8] { RecordHead(head, nil).bytes([], isDated: false) }
    let dated = head(("Date", "Wed, 21 Oct 2026 07:28:00 GMT"))
    #expect(bytes(dated) == bytes(head(("Date", "Wed, 21 Oct 2026 07:28:09 GMT"))))
    #expect(bytes(head()) != bytes(head(("Cache-Tag", "a"))))
    #expect(bytes(head(("Cache-Tag", "a"))) != bytes(head(("Cache-Tag", "b"))))
  }

  @Test("a head of another key is none")
  func otherKey() {
    let bytes = RecordHead(head(), nil).bytes(Array("key".utf8))
    #expect(decode(bytes) != nil && decode(bytes, "kez") == nil)
  }

  @Test("after the clock was set back, what is stored must be validated")
  func clock() throws {
    let read = try #require(
      decode(RecordHead(head(), nil).bytes(Array("key".utf8)), wall: 1_700_000_000))
    #expect(!read.head.freshness.isFresh(at: Self.now))
  }

  @Test("a head that breaks off, or goes on, is none")
  func truncated() {
    let bytes = RecordHead(head(("Vary", "foo")), Slices(id: 1, count: 1, sliceBytes: 1))
      .bytes(Array("key".utf8))
    for length in bytes.indices { #expect(decode(Array(bytes[..<length])) == nil) }
    #expect(decode(bytes + [0]) == nil)
  }

  @Test("whatever the bytes are, reading them ends", arguments: 0..<20 as Range<UInt64>)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let sound = RecordHead(head(("Vary", "foo")), nil).bytes(Array("key".utf8))
    for _ in 0..<500 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      if let read = decode(bytes) { _ = RecordHead(read.head, read.slices).bytes([]) }
    }
  }

  @Test(
    "keys of settings lose the instant of the latest invalidation, and their targets what is beside"
  )
  func keyParts() {
    let zone = ZoneID(high: 0, low: 0)
    let plain = CacheKey.bytes(
      zone: zone, scheme: .http, authority: Array("a.example".utf8), path: Array("/x?y".utf8))
    let signed = plain + [0, 1, 2, 3, 4, 5, 6, 7, 8]
    let parts = signed + [0, 9, 9, 9, 9, 9, 9, 9, 9, 0, 1, 65]
    #expect(CacheKey.target(of: plain) == plain && CacheKey.identity(of: plain) == plain)
    #expect(CacheKey.target(of: signed) == plain && CacheKey.identity(of: signed) == signed)
    #expect(CacheKey.target(of: parts) == plain)
    #expect(CacheKey.identity(of: parts) == signed + [0, 1, 65])
    let slice = Slices(id: 0, count: 10, sliceBytes: 5).key(1, of: zone)
    #expect(CacheKey.target(of: slice) == slice && CacheKey.identity(of: slice) == slice)
  }
}
