// Every seed and every past failure of the fuzz targets, again.

import Primitives
import Testing

@Suite struct FuzzReplayTests {
  static let corpus =
    #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Fuzz/Zones/corpus"

  @Test func `the corpus of configurations holds`() throws {
    let names = TemporaryDirectory.list("\(Self.corpus)/Configuration")
    #expect(!names.isEmpty)
    for name in names {
      let input = try TestFile.read("\(Self.corpus)/Configuration/\(name)")
      #expect(configurationProperty(input) == nil, "\(name)")
    }
  }

  @Test func `the corpus of records holds`() throws {
    let names = TemporaryDirectory.list("\(Self.corpus)/Record")
    #expect(!names.isEmpty)
    for name in names {
      let input = try TestFile.read("\(Self.corpus)/Record/\(name)")
      #expect(recordProperty(input) == nil, "\(name)")
    }
  }

  @Test func `properties hold for inputs that are made here`() {
    var generator = SplitMix64(seed: 5)
    let record = Array("\u{1}\u{1}\u{3}a.b\u{2}\u{3}a.b".utf8)
    for _ in 0..<5_000 {
      var input = record
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        input.insert(
          UInt8.random(in: 0...20, using: &generator),
          at: Int.random(in: 1...input.count, using: &generator))
      }
      #expect(recordProperty(input) == nil)
    }
  }
}
