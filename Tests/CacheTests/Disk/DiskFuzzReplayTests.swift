// The corpus of the fuzz targets for what is read from the disk.

import Primitives
import Testing

@testable import Cache

@Suite("Fuzz corpus of the disk")
struct DiskFuzzReplayTests {
  static let corpus =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/Fuzz/Cache/corpus"

  @Test(
    "every input of the corpora holds, and every beginning of it",
    arguments: ["DiskRecord", "DiskEntry"])
  func replay(_ target: String) {
    let names = TestFolder.list("\(Self.corpus)/\(target)")
    #expect(names.count >= 3)
    for name in names {
      let input = TestFolder.read("\(Self.corpus)/\(target)/\(name)")
      for length in 0...input.count {
        let beginning = Array(input[..<length])
        let fault =
          target == "DiskRecord"
          ? diskRecordProperty(beginning) : diskEntryProperty(beginning)
        #expect(fault == nil, "\(name), \(length) bytes")
      }
    }
  }

  @Test("random bytes hold", arguments: 0..<4 as Range<UInt64>)
  func random(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let sizes = [16, 24, 32, 41, 44, 88, 96, 200]
      let input = (0..<sizes[Int.random(in: 0..<8, using: &random)]).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      #expect(diskRecordProperty(input) == nil)
      #expect(diskEntryProperty(input) == nil)
    }
  }
}
