// The corpora of the fuzz targets, past failures among them, as unit tests.

import Foundation
import HTTP
import Testing

@Suite("Fuzz replay")
struct FuzzReplayTests {
  private static let corpora = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz/HTTP/corpus")

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

  @Test(arguments: fuzzProperties.map(\.0))
  func `every beginning of a corpus' inputs holds`(target: String) throws {
    let property = try #require(fuzzProperties.first { $0.0 == target }?.1)
    let folder = Self.corpora.appendingPathComponent(target)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).prefix(20) {
      let content = try #require(
        FileManager.default.contents(atPath: folder.appendingPathComponent(name).path))
      for length in 0..<min(content.count, 200) {
        #expect(property(Array(content.prefix(length))) == nil, "\(name) to \(length)")
      }
    }
  }
}
