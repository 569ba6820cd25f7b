// Bodies that are coded as they are read.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import ContentCoding

@Suite struct EncodedBodyTests {
  /// A body that codes `source`, with the pool that its encoder is from.
  private static func make(
    _ source: any BodySource, on lane: Lane, kind: EncoderKind = .gzip(level: 2)
  ) throws -> (EncodedBody, EncoderPool) {
    let pool = EncoderPool()
    let lease = try #require(EncoderLease(kind, pool, ZoneEncoders(), limit: 1))
    return (EncodedBody(source, lease, on: lane.loop), pool)
  }

  @Test("what is held back is flushed before the source is waited for")
  func flushes() async throws {
    let counts = await SharedLoops.run { lane -> [Int]? in
      let source = ScriptedBody([
        (100, isReady: true), (200, true), (300, isReady: false), (400, true),
      ])
      let parker = Parker(on: lane)
      do {
        let (body, _) = try Self.make(source, on: lane)
        var given: [Int] = []
        while try await body.next(parker) != nil { given.append(source.given) }
        return given
      } catch {
        return nil
      }
    }
    // The first piece comes before the third was asked for, the last one after all.
    #expect(counts == [300, 1_000])
  }

  @Test("a source that breaks off breaks the coded body off, and gives the encoder back")
  func breaksOff() async throws {
    await SharedLoops.run { lane in
      let failure = Failure(.responseIncomplete, "cut")
      let source = ScriptedBody([(50_000, isReady: true)], failure: failure)
      let parker = Parker(on: lane)
      do throws(Failure) {
        guard let (body, pool) = try? Self.make(source, on: lane) else { return }
        defer { #expect(pool.busyCount == 0) }
        while try await body.next(parker) != nil {}
        Issue.record("it looks complete")
      } catch {
        #expect(error == failure)
      }
    }
  }

  @Test("trailers come through, but for digests of the content as it was") func trailers() async {
    await SharedLoops.run { lane in
      guard let (body, _) = try? Self.make(ScriptedBody([]), on: lane) else { return }
      #expect(body.trailers?.count == 1)
    }
  }

  @Test("a body that nobody reads on gives its encoder back and leaves its source") func abandon()
    async
  {
    await SharedLoops.run { lane in
      let source = ScriptedBody([(50_000, isReady: true)])
      guard let (body, pool) = try? Self.make(source, on: lane, kind: .brotli(quality: 3)) else {
        return
      }
      #expect(pool.busyCount == 1)
      body.abandon()
      #expect(source.isAbandoned)
      #expect(pool.busyCount == 0 && pool.busyBytes == 0)
      #expect(pool.idleBytes > 0)
    }
  }

  @Test(
    "while a large body is coded, other lanes have their turns",
    arguments: [
      EncoderKind.gzip(level: 3), .brotli(quality: 5),
    ])
  func turns(kind: EncoderKind) async {
    let turns = await SharedLoops.run { lane -> Int in
      let pieces = Array(repeating: Bytes(StageContent.text(64 << 10)), count: 32)
      let other = Lane(loop: lane.loop, name: "other")
      let counter = TurnCounter(on: other)
      guard let (body, _) = try? Self.make(HeldBody(pieces), on: lane, kind: kind) else { return 0 }
      let parker = Parker(on: lane)
      counter.enqueue()
      do throws(Failure) { while try await body.next(parker) != nil {} } catch { return 0 }
      counter.isDone = true
      return counter.turns
    }
    // 2 MiB are 256 or 512 steps; a turn takes one or two of them.
    #expect(turns > 64)
  }
}

/// Queues itself again at each turn and counts them.
final class TurnCounter: LoopWork, @unchecked Sendable {
  // Confined to its loop.
  var turns = 0
  var isDone = false

  override func run() {
    turns += 1
    if !isDone { enqueue() }
  }
}

/// Content as pages have it.
enum StageContent {
  static func text(_ count: Int) -> [UInt8] {
    var state: UInt64 = 7
    var bytes: [UInt8] = []
    while bytes.count < count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes += Array("<p>\(state >> 54) lighthouse \(state >> 60)</p>".utf8)
    }
    return Array(bytes.prefix(count))
  }
}
