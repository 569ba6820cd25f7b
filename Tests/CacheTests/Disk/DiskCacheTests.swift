// What the cache on disk promises to tasks: finding, fairness, closing.

import Primitives
import Runtime
import Storage
import Synchronization
import Testing

@testable import Cache

@Suite("Cache on disk with its threads")
struct DiskCacheTests {
  /// A cache in `folder` that is open.
  private func open(_ folder: String, on lane: Lane) async throws -> DiskCache {
    let thread = SharedLoops.group.storage[0]
    let cache = DiskCache(
      folder + "/index", files: try SegmentFolder(folder + "/segments"),
      DiskConfiguration(maximumBytes: 64 << 20), writer: thread, readers: [thread],
      report: { Issue.record("\($0)") })
    await lane.wait { cache.figures != nil }
    return cache
  }

  private func close(_ cache: DiskCache, on lane: Lane) async {
    let flag = Flag()
    cache.close { flag.raise() }
    await lane.wait { flag.isRaised }
  }

  private func record(_ cache: DiskCache, _ number: UInt64, zone: UInt64) -> DiskRecord? {
    var key: [UInt8] = []
    key.append(integer: number)
    guard let digest = cache.digest(of: key.span) else { return nil }
    return DiskRecord(
      digest: digest, zone: DiskBench.zone(zone), selection: 0, sequence: 1,
      receivedWall: WallTime(seconds: 1), expiresWall: WallTime(seconds: 4_000_000_000),
      head: Bytes(key), body: [Bytes(Array(repeating: UInt8(number & 255), count: 8_192))])
  }

  @Test("what was put is found by tasks of any loop, and after closing and opening again")
  func findsAgain() async throws {
    let folder = try TestFolder()
    let path = folder.path
    for isFirst in [true, false] {
      let fault: String? = await SharedLoops.run { lane in
        do {
          let cache = try await self.open(path, on: lane)
          for number in 0..<100 as Range<UInt64> {
            guard let record = self.record(cache, number, zone: 1) else { return "not open" }
            if isFirst { cache.put(record) }
            let found = await cache.find(record.digest, for: record.zone, on: lane) { _ in true }
            guard let found, found.isSame(as: record) else { return "\(number) is not found" }
            let other = await cache.find(record.digest, for: DiskBench.zone(2), on: lane) { _ in
              true
            }
            guard other == nil else { return "\(number) is found for another zone" }
          }
          await self.close(cache, on: lane)
          return nil
        } catch {
          return "\(error)"
        }
      }
      #expect(fault == nil)
    }
    withExtendedLifetime(folder) {}
  }

  /// Whether the file system says what it has in memory.
  static func hasCachedReads() -> Bool {
    guard let folder = try? TestFolder(inMemory: false),
      let files = try? SegmentFolder(folder.path + "/segments"),
      let file = try? files.create(1), (try? file.write([1].span, at: 0)) != nil
    else { return false }
    return file.readCached(1, at: 0, into: ByteStorage(capacity: 1))
  }

  @Test(
    "what the kernel has in memory is found without a wait for another thread",
    .enabled(if: hasCachedReads(), "the file system can't read without waiting"))
  func findsAtOnce() async throws {
    let folder = try TestFolder(inMemory: false)
    let path = folder.path
    let fault: String? = await SharedLoops.run { lane in
      do {
        let cache = try await self.open(path, on: lane)
        guard let record = self.record(cache, 1, zone: 1) else { return "not open" }
        cache.put(record)
        await lane.wait { cache.figures?.commits ?? 0 > 0 }
        let others = Flag()
        lane.post { others.raise() }
        let found = await cache.find(record.digest, for: record.zone, on: lane) { _ in true }
        let hasWaited = others.isRaised
        await self.close(cache, on: lane)
        return found == nil ? "not found" : hasWaited ? "the lane went on meanwhile" : nil
      } catch {
        return "\(error)"
      }
    }
    #expect(fault == nil)
    withExtendedLifetime(folder) {}
  }

  @Test("after closing nothing is found, and nothing stops")
  func closed() async throws {
    let folder = try TestFolder()
    let path = folder.path
    let fault: String? = await SharedLoops.run { lane in
      do {
        let cache = try await self.open(path, on: lane)
        guard let record = self.record(cache, 1, zone: 1) else { return "not open" }
        cache.put(record)
        await self.close(cache, on: lane)
        cache.put(record)
        let found = await cache.find(record.digest, for: record.zone, on: lane) { _ in true }
        return found == nil ? nil : "found"
      } catch {
        return "\(error)"
      }
    }
    #expect(fault == nil)
    withExtendedLifetime(folder) {}
  }

  @Test("zones are read for in turn: a thousand requests of one make another wait for one")
  func turns() {
    var queue = ReadQueue<Int>(readers: 2)
    let added = (0..<DiskLimits.readsOfZone).map { queue.add($0, of: DiskBench.zone(1)) }
    let others = [
      queue.add(-1, of: DiskBench.zone(1)), queue.add(1_000, of: DiskBench.zone(2)),
      queue.add(1_001, of: DiskBench.zone(2)),
    ]
    #expect(!added.contains(false))
    #expect(others == [false, true, true])
    let readers = [queue.wakeReader(), queue.wakeReader(), queue.wakeReader()]
    #expect(readers == [1, 0, nil])
    let served = (0..<5).map { _ in queue.next(for: 1) }
    #expect(served == [0, 1_000, 1, 1_001, 2])
    #expect(!queue.isQuiet)
    let rest = queue.close()
    #expect(rest.count == DiskLimits.readsOfZone - 3)
    let ends = [queue.next(for: 0), queue.next(for: 1)]
    #expect(ends == [nil, nil])
    #expect(queue.isQuiet)
    let late = queue.add(1, of: DiskBench.zone(3))
    #expect(!late)
  }

  @Test("a line for each kind of fault and while, with the number of those held back")
  func reports() {
    let limiter = ReportLimiter { _ in }
    let start = Instant(nanoseconds: 1)
    let fault = DiskFault.truncated(segment: 1)
    #expect(limiter.line(for: fault, now: start)?.contains("segment 1 is shorter") == true)
    #expect(limiter.line(for: fault, now: start) == nil)
    #expect(limiter.line(for: fault, now: start) == nil)
    #expect(limiter.line(for: .header(segment: 1), now: start) != nil)
    let later = limiter.line(for: fault, now: start + DiskLimits.reportInterval)
    #expect(later?.contains("2 more") == true)
  }
}

/// Something that happens once, on any thread.
final class Flag: Sendable {
  private let value = Atomic(false)
  func raise() { value.store(true, ordering: .releasing) }
  var isRaised: Bool { value.load(ordering: .acquiring) }
}
