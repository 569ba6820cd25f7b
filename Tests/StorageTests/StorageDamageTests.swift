// What Storage promises about damaged files: they are reported, and never end the process.

import Glibc
import Storage
import Primitives
import Testing

@Suite struct StorageDamageTests {
  let directory: TemporaryDirectory
  let path: String
  var data: String { path + "/data.mdb" }

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("store")
    let store = try open()
    // Small and large records, some removed again, so that there are branch pages, runs of
    // overflow pages and a list of free pages.
    for round in 0..<4 {
      try store.write { (change) throws(StorageError) in
        for index in 0..<300 {
          let key = Self.key(index)
          let size = index % 17 == 0 ? 5_000 + round : 20 + index % 50
          try change.put(
            [UInt8](repeating: UInt8(round), count: size), at: key, in: store.table("a"))
          if round == 3, index % 3 == 0 { try change.remove(key, in: store.table("a")) }
          try change.put([UInt8(round)], at: key, in: store.table("b"))
        }
      }
    }
    store.close()
  }

  static func key(_ index: Int) -> [UInt8] { Array("key-\(1_000 + index)".utf8) }

  func open() throws(StorageError) -> StorageEnvironment {
    try StorageEnvironment(path, StorageConfiguration(tables: ["a", "b"]))
  }

  /// Everything in the environment, read through LMDB.
  func content() throws(StorageError) -> [String: [UInt8]] {
    let store = try open()
    defer { store.close() }
    return try store.read { (state) throws(StorageError) in
      var content: [String: [UInt8]] = [:]
      for name in ["a", "b"] {
        var cursor = try state.cursor(over: store.table(name))
        while try cursor.next() {
          content["\(name)/\(StorageError.text(cursor.keyCopy()))"] = try cursor.valueCopy()
        }
      }
      return content
    }
  }

  func isReported(_ change: (inout [UInt8]) -> Void) throws -> [StorageDamage] {
    var bytes = try TestFile.read(data)
    change(&bytes)
    try TestFile.write(bytes, to: data)
    do {
      try open().close()
      return []
    } catch {
      guard case .corrupted(let path, let damages) = error else { throw error }
      #expect(path == data)
      #expect(error.description.contains("restore"))
      return damages
    }
  }

  @Test func `a sound file is found sound`() throws {
    let check = try StorageCheck(directory: path)
    #expect(check.damages == [])
    #expect(check.records == 500)
    #expect(check.pages > 20)
    #expect(try StorageCheck(directory: directory.file("missing")).isSound)
  }

  @Test(arguments: [1, 100, 4_096, 5_000, 8_192, 12_288, 40_960, 81_920])
  func `a file that was cut off is reported`(bytes: Int) throws {
    let damages = try isReported { $0.removeLast($0.count - bytes) }
    #expect(!damages.isEmpty)
  }

  @Test func `a file that lost its last page is reported`() throws {
    #expect(try !isReported { $0.removeLast(4_096) }.isEmpty)
  }

  @Test(arguments: [[0], [1], [0, 1]])
  func `header pages of zeros are reported`(pages: [Int]) throws {
    let damages = try isReported { bytes in
      for page in pages {
        for index in page * 4_096..<(page + 1) * 4_096 { bytes[index] = 0 }
      }
    }
    #expect(damages.contains { $0.place == "header page \(pages[0])" })
  }

  @Test func `garbage is reported`() throws {
    var generator = SplitMix64(seed: 7)
    for size in [1, 152, 4_096, 8_192, 100_000] {
      let damages = try isReported { bytes in
        bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      }
      #expect(!damages.isEmpty)
    }
  }

  @Test func `another version of the format is no damage`() throws {
    var bytes = try TestFile.read(data)
    bytes[20] = 2
    try TestFile.write(bytes, to: data)
    #expect(throws: StorageError.versionMismatch(path: data)) { try open().close() }
  }

  @Test func `an empty file is a new environment`() throws {
    try TestFile.write([], to: data)
    #expect(try content().isEmpty)
  }

  @Test func `a garbled lock file is made anew`() throws {
    let before = try content()
    try TestFile.write([UInt8](repeating: 0xA5, count: 9_000), to: path + "/lock.mdb")
    #expect(try content() == before)
  }

  @Test func `a flipped bit anywhere is reported, or changes nothing`() throws {
    let sound = try TestFile.read(data)
    let before = try content()
    _ = unsafe unlink(path + "/closed")
    // The header may fall back by one transaction, which is an old state and whole.
    var generator = SplitMix64(seed: 42)
    var reported = 0
    for attempt in 0..<600 {
      var bytes = sound
      // Every second flip in what matters most: headers and the beginnings of pages.
      let position =
        attempt % 2 == 0
        ? Int.random(in: 0..<bytes.count, using: &generator)
        : Int.random(in: 0..<bytes.count / 4_096, using: &generator) * 4_096
          + Int.random(in: 0..<160, using: &generator)
      let bit = Int.random(in: 0..<8, using: &generator)
      bytes[position] ^= 1 << bit
      try TestFile.write(bytes, to: data)
      _ = unsafe unlink(path + "/closed")
      do {
        let after = try content()
        let isTransactionNumber = (0...1).contains(position / 4_096) && position % 4_096 >= 136
        #expect(
          after == before || isTransactionNumber, "byte \(position) bit \(bit) went unnoticed")
      } catch {
        reported += 1
      }
    }
    #expect(reported > 60)
  }

  @Test func `a record whose bytes changed under an open environment is refused by name`() throws {
    let store = try open()
    defer { store.close() }
    var bytes = try TestFile.read(data)
    let needle = [UInt8](repeating: 3, count: 5_000)
    let start = try #require(
      (0..<bytes.count - 5_000).first { bytes[$0] == 3 && Array(bytes[$0..<$0 + 5_000]) == needle })
    bytes[start + 100] = 4
    let descriptor = unsafe Glibc.open(data, O_WRONLY)
    _ = unsafe pwrite(descriptor, [UInt8(4)], 1, start + 100)
    close(descriptor)
    let refused = try store.read { (state) throws(StorageError) in
      var refused: [StorageError] = []
      var cursor = try state.cursor(over: store.table("a"))
      while try cursor.next() {
        do throws(StorageError) { _ = try cursor.value().count } catch { refused.append(error) }
      }
      return refused
    }
    #expect(refused.count == 1)
    guard case .corruptedRecord("a", let key) = refused.first else {
      Issue.record("\(refused)")
      return
    }
    #expect(refused[0].description.contains(StorageError.text(key)))
  }
}
