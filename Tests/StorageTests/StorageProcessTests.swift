// What Storage promises when processes die, share an environment, or may not write.

import Glibc
import Storage
import Testing

@Suite struct StorageProcessTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static func open(_ path: String) throws(StorageError) -> StorageEnvironment {
    try StorageEnvironment(path, StorageConfiguration(tables: ["a", "b"]))
  }

  /// Writes the same number into many records of two tables, again and again with the next number.
  static func writeForever(_ path: String) throws {
    let store = try open(path)
    let (a, b) = (store.table("a"), store.table("b"))
    var round = try store.read { (state) throws(StorageError) in
      UInt32(try state.copy(of: [0], in: a)?.first ?? 0)
    }
    while true {
      round += 1
      let number = UInt8(truncatingIfNeeded: round)
      try store.write { (change) throws(StorageError) in
        for key in UInt8(0)..<100 {
          let size = (Int(round) * 37 + Int(key) * 91) % 6_000
          try change.put([number] + [UInt8](repeating: key, count: size), at: [key], in: a)
          try change.put([number], at: [key], in: b)
        }
      }
    }
  }

  @Test func `killed in mid-write, one whole transaction is left`() async throws {
    let path = directory.file("store")
    var rounds: Set<UInt8> = []
    for attempt in 0..<12 {
      // The signal has no handler: it ends the process between any two instructions, as -9 does.
      await #expect(processExitsWith: .signal(SIGALRM)) {
        [path = path as String, attempt = attempt as Int] in
        ualarm(useconds_t(20_000 + attempt * 7_919), 0)
        try Self.writeForever(path)
      }
      #expect(try StorageCheck(directory: path).damages == [])
      let store = try Self.open(path)
      let numbers = try store.read { (state) throws(StorageError) in
        var numbers: [UInt8] = []
        for name in ["a", "b"] {
          var cursor = try state.cursor(over: store.table(name))
          while try cursor.next() { numbers.append(try cursor.valueCopy()[0]) }
        }
        return numbers
      }
      #expect(Set(numbers).count <= 1)
      #expect(numbers.isEmpty || numbers.count == 200)
      rounds.formUnion(numbers)
      store.close()
    }
    #expect(rounds.count > 1, "the processes were killed before they wrote anything")
  }

  @Test func `two processes share an environment and its records`() async throws {
    let path = directory.file("store")
    let store = try Self.open(path)
    let table = store.table("a")
    try store.write { (change) throws(StorageError) in try change.put([1], at: [1], in: table) }
    await #expect(processExitsWith: .success) { [path = path as String] in
      let second = try Self.open(path)
      let table = second.table("a")
      let large = [UInt8](repeating: 9, count: 1 << 20)
      let seen = try second.write { (change) throws(StorageError) in
        try change.put(large, at: [2], in: table)
        return try change.copy(of: [1], in: table)
      }
      second.close()
      exit(seen == [1] ? 0 : 1)
    }
    let seen = try store.read { (state) throws(StorageError) in try state.copy(of: [2], in: table) }
    #expect(seen?.count == 1 << 20)
    // The child closed while this process had it open, so that it must not have left the mark.
    #expect(!StoredFile.exists(path + "/closed"))
    store.close()
    #expect(StoredFile.exists(path + "/closed"))
  }

  @Test func `a map that another process has grown is taken over`() async throws {
    let path = directory.file("store")
    var configuration = StorageConfiguration(tables: ["a", "b"])
    configuration.mapBytes = 1 << 20
    let store = try StorageEnvironment(path, configuration)
    let table = store.table("a")
    await #expect(processExitsWith: .success) { [path = path as String] in
      let second = try Self.open(path)
      let table = second.table("a")
      try second.write { (change) throws(StorageError) in
        try change.put([UInt8](repeating: 9, count: 8 << 20), at: [2], in: table)
      }
      second.close()
    }
    let seen = try store.read { (state) throws(StorageError) in try state.copy(of: [2], in: table) }
    #expect(seen?.count == 8 << 20)
  }

  @Test func `the places of readers that were killed are given back`() async throws {
    let path = directory.file("store")
    let store = try Self.open(path)
    try store.write { (change) throws(StorageError) in
      try change.put([1], at: [1], in: store.table("a"))
    }
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let second = try Self.open(path)
      try second.read { (state) throws(StorageError) in
        _ = kill(getpid(), SIGKILL)
      }
    }
    #expect(try store.clearDeadReaders() == 1)
    #expect(try store.clearDeadReaders() == 0)
  }

  @Test func `a directory that may not be written is reported as that`() async throws {
    let path = directory.file("store")
    try Self.open(path).close()
    _ = unsafe chmod(directory.path, 0o755)
    _ = unsafe chmod(path, 0o555)
    await #expect(processExitsWith: .success) { [path = path as String] in
      // Root may write everywhere; 65534 is nobody.
      if geteuid() == 0 { guard seteuid(65_534) == 0 else { exit(2) } }
      do throws(StorageError) {
        try Self.open(path).close()
      } catch {
        guard case .permission = error else { exit(3) }
        exit(error.description.contains("chown") ? 0 : 4)
      }
      exit(1)
    }
    _ = unsafe chmod(path, 0o700)
  }

  @Test(.enabled(if: geteuid() == 0, "mounting a small file system needs root"))
  func `a full disk is reported, changes nothing, and writing works again after`() throws {
    let mount = directory.file("small")
    _ = unsafe mkdir(mount, 0o700)
    guard unsafe Glibc.mount("tmpfs", mount, "tmpfs", 0, "size=4m") == 0 else {
      // Containers may refuse mounts to root.
      return
    }
    defer { _ = unsafe umount2(mount, 2) }
    let store = try Self.open(mount + "/store")
    defer { store.close() }
    let table = store.table("a")
    try store.write { (change) throws(StorageError) in
      try change.put([UInt8](repeating: 1, count: 1 << 20), at: [1], in: table)
    }
    do throws(StorageError) {
      try store.write { (change) throws(StorageError) in
        try change.put([UInt8](repeating: 2, count: 8 << 20), at: [2], in: table)
      }
      Issue.record("8 MiB fit on a disk of 4")
    } catch {
      guard case .diskFull = error else { throw error }
    }
    let kept = try store.read { (state) throws(StorageError) in
      (try state.copy(of: [1], in: table)?.count, try state.copy(of: [2], in: table))
    }
    #expect(kept.0 == 1 << 20)
    #expect(kept.1 == nil)
    try store.write { (change) throws(StorageError) in try change.put([3], at: [3], in: table) }
  }
}
