// A disk that takes nothing for a time.

import Glibc
import Primitives
import Storage
import Synchronization

/// What flushes of a disk wait for.
final class Valve: Sendable {
  private let ends: (read: Int32, write: Int32)
  private let isOpen = Atomic(false)
  private let patience: Int32

  /// A flush waits no longer than so many milliseconds; for ever if it is negative.
  init(patience: Int32 = -1) {
    self.patience = patience
    var ends: [Int32] = [-1, -1]
    precondition(unsafe pipe(&ends) == 0, "no pipe")
    self.ends = (ends[0], ends[1])
  }

  deinit {
    open()
    close(ends.read)
  }

  /// Lets flushes end from now on.
  func open() {
    if !isOpen.exchange(true, ordering: .acquiringAndReleasing) { close(ends.write) }
  }

  /// Waits until it is open: nothing is ever written to the pipe, but its end is seen then.
  func pass() {
    var end = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&end, 1, patience)
  }
}

/// Files whose flushes wait for a valve.
struct SlowFiles: SegmentFiles {
  private let files: any SegmentFiles
  private let valve: Valve

  init(_ files: any SegmentFiles, _ valve: Valve) {
    (self.files, self.valve) = (files, valve)
  }

  func numbers() throws(StorageError) -> [UInt32] { try files.numbers() }
  func remove(_ number: UInt32) throws(StorageError) { try files.remove(number) }

  func create(_ number: UInt32) throws(StorageError) -> any SegmentFile {
    SlowFile(try files.create(number), valve)
  }

  func open(_ number: UInt32) throws(StorageError) -> any SegmentFile {
    SlowFile(try files.open(number), valve)
  }

  private final class SlowFile: SegmentFile {
    private let file: any SegmentFile
    private let valve: Valve

    init(_ file: any SegmentFile, _ valve: Valve) {
      (self.file, self.valve) = (file, valve)
    }

    var bytes: Int { get throws(StorageError) { try file.bytes } }

    func read(_ count: Int, at offset: Int, into storage: ByteStorage) throws(StorageError) -> Int {
      try file.read(count, at: offset, into: storage)
    }

    func readCached(_ count: Int, at offset: Int, into storage: ByteStorage) -> Bool {
      file.readCached(count, at: offset, into: storage)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(StorageError) {
      try file.write(bytes, at: offset)
    }

    func synchronise() throws(StorageError) {
      valve.pass()
      try file.synchronise()
    }
  }
}
