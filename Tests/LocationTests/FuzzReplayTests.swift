// The corpora of the fuzz targets, past failures among them, as unit tests.

import Foundation
import Testing

@Suite("Fuzz replay", .serialized)
struct FuzzReplayTests {
  private static let corpora = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz/Location/corpus")

  @Test(arguments: fuzzProperties.map(\.0))
  func `every input of a corpus holds`(target: String) throws {
    let property = try #require(fuzzProperties.first { $0.0 == target }?.1)
    let folder = Self.corpora.appendingPathComponent(target)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.isEmpty)
    for name in names {
      let content = try #require(
        FileManager.default.contents(atPath: folder.appendingPathComponent(name).path))
      #expect(property(Array(content)) == nil, "\(name)")
    }
  }
}
