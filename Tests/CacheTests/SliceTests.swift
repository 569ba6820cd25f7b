// Large responses in slices: fetched and kept as far as they are asked for.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Ranges of what is not stored yet")
struct SliceTests {
  /// Small enough that slices have 64 KiB and bodies of a few hundred KiB are too large for memory.
  private static let ramBytes = 1 << 20
  private static let sliceBytes = 64 << 10

  @Test(
    "a range is fetched as the slice that it lies in, which answers what is near it",
    arguments: [1, 2])
  func near(loops: Int) async {
    let origin = RangeOrigin(count: 300_000)
    // A front cache takes a part of the memory of each of two loops.
    let cache = TestCache(
      origin.source, loops: loops, ramBytes: loops == 1 ? Self.ramBytes : 3 * Self.ramBytes)
    let replies = await SharedLoops.run { lane in
      var replies: [Reply] = []
      for range in ["bytes=70000-70009", "bytes=65536-70000", "bytes=131071-131071"] {
        replies.append(await cache.send("GET", "/", [("Range", range)], on: lane))
      }
      return replies
    }
    #expect(replies.map(\.status) == [206, 206, 206])
    #expect(replies[0].body == origin.bytes(70_000..<70_010))
    #expect(replies[0]["content-range"] == "bytes 70000-70009/300000")
    #expect(replies[0]["cache-status"]?.hasPrefix("skerry; fwd=uri-miss; stored; ttl=") ?? false)
    #expect(replies[1].body == origin.bytes(65_536..<70_001))
    #expect(replies[1]["cache-status"]?.hasPrefix("skerry; hit") ?? false)
    #expect(replies[2].body == origin.bytes(131_071..<131_072))
    #expect(origin.ranges == ["bytes=65536-131071"])
  }

  @Test("a part over several slices, and the whole, are put together; each slice is fetched once")
  func several() async {
    let origin = RangeOrigin(count: 300_000)
    let cache = TestCache(origin.source, ramBytes: 4 << 20)
    let size = cache.group.shards[0].sliceBytes
    let (part, whole, again) = await SharedLoops.run { lane in
      let part = await cache.send("GET", "/", [("Range", "bytes=1000-299000")], on: lane)
      let whole = await cache.send(on: lane)
      return (part, whole, await cache.send("GET", "/", [("Range", "bytes=-5")], on: lane))
    }
    #expect(part.status == 206 && part.body == origin.bytes(1000..<299_001) && part.isComplete)
    #expect(whole.status == 200 && whole.body == origin.bytes(0..<300_000) && whole.isComplete)
    #expect(whole.contentLength == 300_000 && whole["content-range"] == nil)
    #expect(whole["content-digest"] == nil, "that was of a part")
    #expect(again.body == origin.bytes(299_995..<300_000))
    #expect(origin.ranges.count == (300_000 + size - 1) / size)
    #expect(Set(origin.ranges.map { $0 ?? "" }).count == origin.ranges.count)
  }

  @Test(
    "several parts over several slices come as multipart/byteranges, and only those are fetched")
  func multipart() async {
    let origin = RangeOrigin(count: 300_000)
    let cache = TestCache(origin.source, ramBytes: Self.ramBytes)
    let reply = await SharedLoops.run { lane in
      _ = await cache.send("GET", "/", [("Range", "bytes=0-9")], on: lane)
      return await cache.send(
        "GET", "/", [("Range", "bytes=10-19,65530-65540,290000-")], on: lane)
    }
    #expect(reply.status == 206 && reply.isComplete)
    #expect(reply["content-type"]?.hasPrefix("multipart/byteranges; boundary=") ?? false)
    #expect(reply.contentLength == UInt64(reply.body.count))
    var rest = reply.body[...]
    for range in [10..<20, 65_530..<65_541, 290_000..<300_000] {
      let head = Array(
        "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/300000\r\n\r\n".utf8)
      let start = rest.firstRange(of: head)?.upperBound ?? rest.endIndex
      rest = rest[start...]
      #expect(Array(rest.prefix(range.count)) == origin.bytes(range))
      rest = rest.dropFirst(range.count)
    }
    #expect(origin.ranges.count == 3)
  }

  @Test("what fits into one slice is stored whole")
  func small() async {
    let origin = RangeOrigin(count: 1000)
    let cache = TestCache(origin.source)
    let (part, whole) = await SharedLoops.run { lane in
      (
        await cache.send("GET", "/", [("Range", "bytes=10-19")], on: lane),
        await cache.send(on: lane)
      )
    }
    #expect(part.status == 206 && part.body == origin.bytes(10..<20))
    #expect(part.contentLength == 10 && part["content-range"] == "bytes 10-19/1000")
    #expect(whole.status == 200 && whole.body == origin.bytes(0..<1000))
    #expect(whole["cache-status"]?.hasPrefix("skerry; hit") ?? false)
    #expect(origin.ranges.count == 1)
  }

  @Test("a hundred who want the same part cause one fetch")
  func herd() async {
    let gate = Gate()
    let origin = RangeOrigin(count: 300_000, gate: gate)
    let cache = TestCache(origin.source, ramBytes: Self.ramBytes)
    let replies = await SharedLoops.run { lane in
      let clients = (0..<100).map { _ in
        TestClient("GET", "/", [("Range", "bytes=0-99")], on: lane)
      }
      for client in clients { client.begin(cache.stage(on: lane)) }
      await lane.wait { origin.ranges.count == 1 }
      gate.open()
      await lane.wait { clients.allSatisfy(\.isDone) }
      return clients.map(\.reply)
    }
    #expect(replies.allSatisfy { $0.status == 206 && $0.body == origin.bytes(0..<100) })
    #expect(origin.ranges.count == 1)
  }

  @Test("slices of two versions never mix: the reader is cut off, the next gets the new one")
  func changed() async {
    let origin = RangeOrigin(count: 300_000)
    let cache = TestCache(origin.source, ramBytes: Self.ramBytes)
    let (first, torn, after) = await SharedLoops.run { lane in
      let first = await cache.send("GET", "/", [("Range", "bytes=0-9")], on: lane)
      origin.change()
      let torn = await cache.send("GET", "/", [("Range", "bytes=0-200000")], on: lane)
      return (
        first, torn, await cache.send("GET", "/", [("Range", "bytes=100000-100009")], on: lane)
      )
    }
    #expect(first.isComplete && first.body == origin.bytes(0..<10, version: 1))
    #expect(!torn.isComplete)
    #expect(torn.body == origin.bytes(0..<torn.body.count, version: 1))
    #expect(after.body == origin.bytes(100_000..<100_010, version: 2))
  }

  @Test("an origin without ranges is asked once: what comes is trimmed")
  func wholeOnly() async {
    let origin = RangeOrigin(count: 1000, servesRanges: false)
    let cache = TestCache(origin.source)
    let (part, next) = await SharedLoops.run { lane in
      (
        await cache.send("GET", "/", [("Range", "bytes=10-19")], on: lane),
        await cache.send("GET", "/", [("Range", "bytes=990-2000")], on: lane)
      )
    }
    #expect(part.status == 206 && part.body == origin.bytes(10..<20))
    #expect(next.status == 206 && next.body == origin.bytes(990..<1000))
    #expect(origin.ranges.count == 1)
  }

  @Test(
    "without a strong validator a part is passed on, and not kept", arguments: [nil, "W/\"1\""])
  func weak(tag: String?) async {
    let origin = RangeOrigin(count: 300_000, tag: tag)
    let cache = TestCache(origin.source, ramBytes: Self.ramBytes)
    let replies = await SharedLoops.run { lane in
      var replies: [Reply] = []
      for _ in 0..<3 {
        replies.append(await cache.send("GET", "/", [("Range", "bytes=5-9")], on: lane))
      }
      return replies
    }
    #expect(replies.allSatisfy { $0.status == 206 && $0.body == origin.bytes(5..<10) })
    // The first tried it with a slice; then it is known for a while.
    #expect(origin.ranges == ["bytes=0-65535", "bytes=5-9", "bytes=5-9", "bytes=5-9"])
    #expect(cache.group.shards[0].storedCount == 0)
  }

  @Test(
    "a slice that is shorter or longer than it says it is ends the response", arguments: [-1, 1])
  func wrongLength(_ surplus: Int) async {
    let origin = RangeOrigin(count: 300_000, surplus: surplus)
    let cache = TestCache(origin.source, ramBytes: Self.ramBytes)
    let reply = await SharedLoops.run { lane in
      await cache.send("GET", "/", [("Range", "bytes=0-200000")], on: lane)
    }
    #expect(!reply.isComplete && reply.body == origin.bytes(0..<reply.body.count))
  }

  @Test("a range beyond the end is refused to who asks for it, and to nobody else")
  func beyond() async {
    let origin = RangeOrigin(count: 1000)
    let cache = TestCache(origin.source)
    let (refused, whole) = await SharedLoops.run { lane in
      (
        await cache.send("GET", "/", [("Range", "bytes=5000000-")], on: lane),
        await cache.send(on: lane)
      )
    }
    #expect(refused.status == 416)
    #expect(whole.status == 200 && whole.body == origin.bytes(0..<1000))
  }

  @Test("If-Range of another version gets everything")
  func ifRange() async {
    let origin = RangeOrigin(count: 1000)
    let cache = TestCache(origin.source)
    let reply = await SharedLoops.run { lane in
      await cache.send("GET", "/", [("Range", "bytes=0-9"), ("If-Range", "\"old\"")], on: lane)
    }
    #expect(origin.ranges == ["bytes=0-9"] && reply.isComplete)
  }

  @Test("an origin that fails for a slice cuts the reader off, and the rest stays")
  func failing() async {
    let origin = RangeOrigin(count: 300_000)
    let cache = TestCache(origin.source, ramBytes: Self.ramBytes)
    let (torn, after) = await SharedLoops.run { lane in
      _ = await cache.send("GET", "/", [("Range", "bytes=0-9")], on: lane)
      origin.fail(true)
      let torn = await cache.send("GET", "/", [("Range", "bytes=0-100000")], on: lane)
      origin.fail(false)
      return (torn, await cache.send("GET", "/", [("Range", "bytes=0-100000")], on: lane))
    }
    #expect(!torn.isComplete && torn.body == origin.bytes(0..<torn.body.count))
    #expect(after.isComplete && after.body == origin.bytes(0..<100_001))
  }
}

/// An origin with one resource whose bytes tell where they are.
private final class RangeOrigin: Sendable {
  private struct State {
    var version = 1
    var isFailing = false
    var ranges: [String?] = []
  }

  private let count: Int
  private let tag: String?
  private let hasOwnTag: Bool
  private let servesRanges: Bool
  private let gate: Gate?
  /// Bytes that a part has more than it says.
  private let surplus: Int
  private let state = Guarded(State())

  init(count: Int, servesRanges: Bool = true, gate: Gate? = nil, surplus: Int = 0) {
    self.count = count
    self.surplus = surplus
    self.servesRanges = servesRanges
    self.gate = gate
    tag = nil
    hasOwnTag = true
  }

  init(count: Int, tag: String?) {
    self.count = count
    self.tag = tag
    hasOwnTag = false
    servesRanges = true
    gate = nil
    surplus = 0
  }

  var ranges: [String?] { state.withLock { $0.ranges } }
  func change() { state.withLock { $0.version += 1 } }
  func fail(_ isFailing: Bool) { state.withLock { $0.isFailing = isFailing } }

  func bytes(_ range: Range<Int>, version: Int = 1) -> [UInt8] {
    range.map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7 &+ version) }
  }

  var source: TestOrigin {
    TestOrigin { (fetch, _) throws(Failure) in
      let state = self.state.withLock { state in
        state.ranges.append(fetch.request.fields.text(.range))
        return state
      }
      if let gate = self.gate { try await gate.pass(fetch.parker) }
      return self.answer(fetch.request, state)
    }
  }

  private func answer(_ request: RequestHead, _ state: State) -> FetchedResponse {
    var head = ResponseHead(status: state.isFailing ? 503 : 200)
    head.fields.append("Cache-Control", "max-age=600")
    if let tag = hasOwnTag ? "\"v\(state.version)\"" : tag { head.fields.append("ETag", tag) }
    if state.isFailing { return FetchedResponse(head: head, body: .none, contentLength: 0) }
    var part = 0..<count
    if servesRanges, let wanted = request.fields.withFirst(.range, { ByteRangeRequest($0) }) ?? nil,
      wanted.select(from: UInt64(count)) == .unsatisfiable
    {
      head.status = 416
      head.fields.append("Content-Range", "bytes */\(count)")
      return FetchedResponse(head: head, body: .none, contentLength: 0)
    }
    if servesRanges, let wanted = request.fields.withFirst(.range, { ByteRangeRequest($0) }) ?? nil,
      case .parts(let parts) = wanted.select(from: UInt64(count))
    {
      part = Int(parts[0].lowerBound)..<Int(parts[0].upperBound)
      head.status = 206
      head.fields.append(
        "Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(count)")
      head.fields.append("Content-Digest", "sha-256=:of the part:")
    }
    let extra = head.status == 206 ? surplus : 0
    let bytes = Bytes(bytes(part.lowerBound..<part.upperBound + extra, version: state.version))
    return FetchedResponse(
      head: head, body: .bytes(bytes), contentLength: extra == 0 ? UInt64(bytes.count) : nil)
  }
}
