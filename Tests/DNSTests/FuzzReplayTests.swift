// The corpora of the fuzz targets, past failures among them, as unit tests.

import Foundation
import Testing

@Suite("Fuzz replay") struct FuzzReplayTests {
  /// Those of the room that the target tests: several targets share this file.
  private static let corpora = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz/\(#fileID.prefix { $0 != "/" }.dropLast("Tests".count))/corpus")

  private func inputs(_ target: String) throws -> [(String, [UInt8])] {
    let folder = Self.corpora.appendingPathComponent(target)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
      let path = folder.appendingPathComponent(name).path
      return (name, Array(try #require(FileManager.default.contents(atPath: path))))
    }
  }

  @Test(arguments: fuzzProperties.map(\.0))
  func `every input of a corpus, and every beginning of it, holds`(target: String) throws {
    let property = try #require(fuzzProperties.first { $0.0 == target }?.1)
    let inputs = try inputs(target)
    #expect(!inputs.isEmpty)
    for (name, input) in inputs {
      #expect(property(input) == nil, "\(name)")
      for length in 0..<min(input.count, 200) {
        #expect(property(Array(input.prefix(length))) == nil, "\(name) to \(length)")
      }
    }
  }

  @Test(arguments: fuzzProperties.map(\.0))
  func `every input holds with any byte of it changed`(target: String) throws {
    let property = try #require(fuzzProperties.first { $0.0 == target }?.1)
    for (name, input) in try inputs(target) {
      for index in 0..<min(input.count, 120) {
        for mask in [1, 0x40, 0x80, 0xff] as [UInt8] {
          var changed = Array(input.prefix(600))
          guard index < changed.count else { continue }
          changed[index] ^= mask
          #expect(property(changed) == nil, "\(name), byte \(index) by \(mask)")
        }
      }
    }
  }
}
