// What Storage promises: tables that keep what was written, all or nothing, for many readers.

import Glibc
import Primitives
import Storage
import Testing

@Suite struct StorageTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func open(_ change: (inout StorageConfiguration) -> Void = { _ in }) throws -> StorageEnvironment
  {
    var configuration = StorageConfiguration(tables: ["a", "b"])
    change(&configuration)
    return try StorageEnvironment(directory.file("store"), configuration)
  }

  @Test func `what was written is read, and is there after closing and opening`() throws {
    let first = try open()
    try first.write { (change) throws(StorageError) in
      try change.put([1, 2, 3], at: Array("key".utf8), in: first.table("a"))
      try change.put([], at: Array("empty".utf8), in: first.table("b"))
    }
    first.close()
    let second = try open()
    let found = try second.read { (state) throws(StorageError) in
      [
        try state.copy(of: Array("key".utf8), in: second.table("a")),
        try state.copy(of: Array("key".utf8), in: second.table("b")),
        try state.copy(of: Array("empty".utf8), in: second.table("b")),
      ]
    }
    #expect(found == [[1, 2, 3], nil, []])
  }

  @Test func `a body that throws changes nothing`() throws {
    let store = try open()
    #expect(throws: StorageError.keyLength(table: "b", bytes: 0)) {
      try store.write { (change) throws(StorageError) in
        try change.put([1], at: [1], in: store.table("a"))
        try change.put([1], at: [], in: store.table("b"))
      }
    }
    let count = try store.read { (state) throws(StorageError) in
      try state.count(of: store.table("a"))
    }
    #expect(count == 0)
  }

  @Test func `a transaction sees its own changes before others do`() throws {
    let store = try open()
    let table = store.table("a")
    let seen = try store.write { (change) throws(StorageError) in
      try change.put([7], at: [1], in: table)
      let inside = try change.copy(of: [1], in: table)
      try change.remove([1], in: table)
      let removed = try change.remove([1], in: table)
      return (inside, removed, try change.copy(of: [1], in: table))
    }
    #expect(seen.0 == [7])
    #expect(!seen.1)
    #expect(seen.2 == nil)
  }

  @Test func `a reader keeps its state while a writer changes it`() async throws {
    let store = try open()
    let table = store.table("a")
    try store.write { (change) throws(StorageError) in try change.put([1], at: [1], in: table) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      try store.read { (state) throws(StorageError) in
        let before = try state.copy(of: [1], in: table)
        do {
          try store.write { (change) throws(StorageError) in
            try change.put([2], at: [1], in: table)
          }
        }
        let after = try state.copy(of: [1], in: table)
        #expect(before == [1])
        #expect(after == [1])
      }
      try await group.waitForAll()
    }
    let now = try store.read { (state) throws(StorageError) in try state.copy(of: [1], in: table) }
    #expect(now == [2])
  }

  @Test func `a cursor walks the keys of a prefix in order`() throws {
    let store = try open()
    let table = store.table("a")
    let keys = ["b", "a/2", "a/10", "a", "a/1", "ab"]
    try store.write { (change) throws(StorageError) in
      for key in keys { try change.put(Array(key.utf8), at: Array(key.utf8), in: table) }
    }
    func walk(_ prefix: String, from start: String? = nil) throws -> [String] {
      try store.read { (state) throws(StorageError) in
        var found: [String] = []
        var cursor = try state.cursor(
          over: table, prefix: Array(prefix.utf8), from: start.map { Array($0.utf8) })
        while try cursor.next() {
          #expect(try cursor.valueCopy() == cursor.keyCopy())
          found.append(String(decoding: cursor.keyCopy(), as: UTF8.self))
        }
        return found
      }
    }
    #expect(try walk("a/") == ["a/1", "a/10", "a/2"])
    #expect(try walk("") == ["a", "a/1", "a/10", "a/2", "ab", "b"])
    #expect(try walk("a/", from: "a/10") == ["a/10", "a/2"])
    #expect(try walk("c") == [])
  }

  @Test func `the map grows when it is full, and the transaction runs again`() throws {
    let store = try open { $0.mapBytes = 1 << 20 }
    let table = store.table("a")
    let large = [UInt8](repeating: 7, count: 100_000)
    for index in 0..<64 {
      try store.write { (change) throws(StorageError) in
        try change.put(large, at: [UInt8(index)], in: table)
      }
    }
    #expect(store.mapBytes >= 64 * large.count)
    let count = try store.read { (state) throws(StorageError) in try state.count(of: table) }
    #expect(count == 64)
  }

  @Test func `a map at its maximum says so and keeps what was there`() throws {
    let store = try open {
      $0.mapBytes = 1 << 20
      $0.mapBytesMaximum = 1 << 20
    }
    let table = store.table("a")
    try store.write { (change) throws(StorageError) in try change.put([1], at: [1], in: table) }
    #expect(throws: StorageError.mapFull(path: store.directory, bytes: 1 << 20)) {
      try store.write { (change) throws(StorageError) in
        try change.put([UInt8](repeating: 0, count: 2 << 20), at: [2], in: table)
      }
    }
    let kept = try store.read { (state) throws(StorageError) in try state.copy(of: [1], in: table) }
    #expect(kept == [1])
  }

  @Test func `a second opening in one process is refused, also by another path`() throws {
    let store = try open()
    _ = unsafe symlink(store.directory, directory.file("other"))
    #expect(throws: StorageError.alreadyOpen(path: directory.file("other"))) {
      try StorageEnvironment(directory.file("other"), StorageConfiguration(tables: ["a"]))
    }
    store.close()
    #expect(throws: Never.self) { try open().close() }
  }

  @Test func `a closed environment refuses transactions`() throws {
    let store = try open()
    store.close()
    store.close()
    #expect(throws: StorageError.closed(path: store.directory)) {
      try store.read { (state) throws(StorageError) in () }
    }
  }

  @Test func `the checksum is CRC-32C`() {
    // RFC 3720 appendix B.4.
    #expect(Checksum(of: Array("123456789".utf8).span).value == 0xE306_9283)
    #expect(Checksum(of: [UInt8](repeating: 0, count: 32).span).value == 0x8A91_36AA)
    #expect(Checksum(of: [UInt8](repeating: 0xFF, count: 32).span).value == 0x62A8_AB43)
    var pieces = Checksum()
    pieces.add(Array("12345".utf8).span)
    pieces.add(Array("6789".utf8).span)
    #expect(pieces.value == 0xE306_9283)
  }

  @Test(
    "bytes that are checked side by side have the checksum that they have one by one",
    arguments: [3_071, 3_072, 3_073, 6_144, 65_536, 100_001])
  func checksumOfMany(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
    var pieces = Checksum()
    for start in stride(from: 0, to: count, by: 1_000) {
      pieces.add(bytes.span.extracting(start..<min(start + 1_000, count)))
    }
    #expect(Checksum(of: bytes.span).value == pieces.value)
  }

  @Test func `a replacement file appears at once or not at all`() throws {
    let path = directory.file("export")
    do {
      var dropped = try ReplacementFile(for: path)
      try dropped.append([1, 2].span)
    }
    #expect(!StoredFile.exists(path))
    #expect(TemporaryDirectory.list(directory.path).isEmpty)
    var kept = try ReplacementFile(for: path)
    try kept.append([UInt8](repeating: 3, count: 600_000).span)
    try kept.append([4].span)
    try kept.commit()
    let content = try StoredFile.read(path, maximumBytes: 1 << 20)
    #expect(content == [UInt8](repeating: 3, count: 600_000) + [4])
    #expect(TemporaryDirectory.list(directory.path) == ["export"])
  }
}
