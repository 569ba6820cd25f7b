// The corpora of the fuzz targets, past failures among them, as unit tests.

import Foundation
import Testing

@Suite("Fuzz replay of the tiers")
struct FuzzReplayTests {
  private static let corpora = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz/Tiers/corpus")

  @Test(arguments: fuzzProperties.map(\.0))
  func `every input of a corpus holds, and so does every beginning of it`(target: String) throws {
    let property = try #require(fuzzProperties.first { $0.0 == target }?.1)
    let folder = Self.corpora.appendingPathComponent(target)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.isEmpty)
    for name in names {
      let content = try #require(
        FileManager.default.contents(atPath: folder.appendingPathComponent(name).path))
      for length in 0...min(content.count, 300) {
        #expect(property(Array(content.prefix(length))) == nil, "\(name) to \(length)")
      }
      #expect(property(Array(content)) == nil, "\(name)")
    }
  }
}
