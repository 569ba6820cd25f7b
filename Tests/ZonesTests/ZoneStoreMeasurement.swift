// What the store costs with many zones: SKERRY_MEASURE=1 swift test -c release --filter Measurement

import Glibc
import Primitives
import Storage
import Testing
import Zones

@Suite(
  .serialized,
  .enabled(if: unsafe getenv("SKERRY_MEASURE") != nil, "SKERRY_MEASURE is not set")
)
struct ZoneStoreMeasurement {
  @Test(arguments: [1_000, 100_000])
  func `loading, looking up, changing, exporting, opening`(count: Int) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("zones")
    let zones = (0..<count).map { Samples.zone($0) }
    let clock = ContinuousClock()
    let store = try ZoneStore.open(path, check: Samples.anyCertificate).store
    func report(_ what: String, _ duration: Duration, _ times: Int = 1) {
      let each = duration / times
      print("\(count) zones: \(what): \(each / .microseconds(1)) us")
    }
    report("bulk load", try clock.measure { try store.apply(zones.map { .put($0) }) })
    print("\(count) zones: \(store.usedBytes / count) bytes per zone on disk")
    report("same again", try clock.measure { try store.apply(zones.map { .put($0) }) })
    #expect(try store.sequence() == UInt64(count))
    var hosts: [[UInt8]] = []
    var generator = SplitMix64(seed: 1)
    for index in 0..<200_000 {
      let zone = zones[Int.random(in: 0..<count, using: &generator)]
      hosts.append(Array(["www.", "", "other.", "a.b."][index % 4].utf8) + Array(zone.name.utf8))
    }
    var found = 0
    report(
      "lookup",
      try clock.measure {
        for host in hosts where try store.zone(forHost: host.span) != nil { found += 1 }
      }, hosts.count)
    #expect(found == hosts.count * 3 / 4)
    report(
      "configuration",
      try clock.measure {
        for index in 0..<100_000 { _ = try store.configuration(of: zones[index % count].id) }
      }, 100_000)
    var times: [Duration] = []
    for revision in 1...200 {
      let zone = Samples.zone(Int.random(in: 0..<count, using: &generator), revision: revision)
      times.append(try clock.measure { try store.apply([.put(zone)]) })
    }
    times.sort()
    report("one change, median", times[100])
    report("one change, p99", times[197])
    let before = processorMicroseconds()
    for revision in 1...100 { try store.apply([.put(Samples.zone(7, revision: 1_000 + revision))]) }
    print("\(count) zones: one change: \((processorMicroseconds() - before) / 100) us CPU")
    report("export", try clock.measure { try store.exportIfNeeded() })
    report("close", clock.measure { store.close() })
    report(
      "open",
      try clock.measure {
        try ZoneStore.open(path, check: Samples.anyCertificate).store.close()
      })
    report("check", try clock.measure { _ = try StorageCheck(directory: path) })
    _ = unsafe unlink(path + "/data.mdb")
    report(
      "restore",
      try clock.measure {
        try ZoneStore.open(path, check: Samples.anyCertificate).store.close()
      })
  }

  /// CPU time of this thread in microseconds.
  private func processorMicroseconds() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
  }
}
