// What the index of very many records takes on the disk, and at a start:
// SKERRY_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter IndexMeasurement

import Glibc
import Primitives
import Storage
import Testing

@testable import Cache

@Suite(
  .serialized,
  .enabled(if: unsafe getenv("SKERRY_MEASURE") != nil, "SKERRY_MEASURE is not set")
)
struct IndexMeasurement {
  private static let records = 10_000_000
  private static let recordsOfSegment = 32_000
  private static let zone = ZoneID(high: 1, low: 1)
  private let clock = ContinuousClock()

  @Test("ten million records with random digests: bytes for each, and a start")
  func tenMillion() throws {
    let folder = try TestFolder(inMemory: false)
    let files = try SegmentFolder(folder.path + "/segments")
    var random = SplitMix64(seed: 42)
    var store = try open(folder, files)
    let number = store.accounts.withLock { $0.makeNumber(for: Self.zone) }
    for first in stride(from: 0, to: Self.records, by: 20_000) {
      try commit(first..<first + 20_000, zone: number, to: store, &random)
    }
    let bytes = Double(store.index.environment.usedBytes) / Double(Self.records)
    print("\(Self.records) records: \(bytes) bytes of index for each")
    #expect(bytes <= 150)
    store.index.environment.close()
    for segment in 1...UInt32(Self.records / Self.recordsOfSegment + 1) {
      _ = try files.create(segment)
    }
    for how in ["closed", "killed"] {
      if how == "killed" { _ = unsafe unlink(folder.path + "/index/closed") }
      let start = try clock.measure { store = try open(folder, files) }
      print("start (\(how)): \(start / .milliseconds(1)) ms")
      #expect(store.figures.zones[Self.zone]?.objects == Self.records)
      try lookUp(store)
      store.index.environment.close()
    }
  }

  private func open(_ folder: TestFolder, _ files: SegmentFolder) throws -> DiskStore {
    try DiskStore(
      folder.path + "/index", files: files, DiskConfiguration(maximumBytes: 1 << 40)
    ) { _ in }
  }

  /// The first ten thousand, one after the other.
  private func lookUp(_ store: DiskStore) throws {
    var again = SplitMix64(seed: 42)
    var found = 0
    let duration = try clock.measure {
      for _ in 0..<10_000 {
        found += try store.index.entries(of: Self.digest(&again)).isEmpty ? 0 : 1
      }
    }
    print("a look: \(duration / .microseconds(10_000)) us")
    #expect(found == 10_000)
  }

  private static func digest(_ random: inout SplitMix64) -> DiskDigest {
    DiskDigest(high: random.next(), low: random.next())
  }

  private func commit(
    _ numbers: Range<Int>, zone: UInt32, to store: DiskStore, _ random: inout SplitMix64
  ) throws {
    let changes = numbers.map { number in
      let digest = Self.digest(&random)
      let record = DiskRecord(
        digest: digest, zone: Self.zone, selection: 0, sequence: 1,
        receivedWall: WallTime(seconds: 1_764_000_000),
        expiresWall: WallTime(seconds: 1_774_000_000), head: Bytes([]), body: [])
      let place = DiskPlace(
        segment: UInt32(number / Self.recordsOfSegment + 1),
        offset: UInt32(number % Self.recordsOfSegment * 8_192))
      return IndexChange(
        digest: digest, kind: .put(DiskEntry(DiskRecordHeader(of: record), zone: zone, at: place)))
    }
    let outcome = try store.index.commit(changes, always: true) { outcome in
      var rows = IndexRows()
      store.accounts.withLock { rows.zones = $0.rows(after: outcome.zones, and: []) }
      for (number, use) in outcome.segments {
        var row = SegmentRow()
        row.records = use.objects
        row.length = 1
        rows.segments.append((number, row))
      }
      return rows
    }
    store.accounts.withLock { $0.apply(outcome.zones) }
  }
}
