// Segments in memory that fail as disks do, and lose what was not made durable.

import Glibc
import Primitives
import Storage

@testable import Cache

/// A folder of segments in memory. Faults come by chance, from a seed.
final class SimulatedDisk: SegmentFiles {
  /// How often what goes wrong: one time in so many; 0 is never.
  struct Faults {
    var reading = 0
    var writing = 0
    var synchronising = 0
    var creating = 0
    /// Bytes that all files may have.
    var capacityBytes = Int.max
  }

  /// Everything that is on the disk.
  struct State {
    var contents: [UInt32: [UInt8]] = [:]
    /// Bytes of each file that a power failure can't take.
    var durable: [UInt32: Int] = [:]
    var faults = Faults()
    var random: SplitMix64
    var reads = 0
    var writtenBytes = 0
    var failures = 0

    mutating func happens(_ oneIn: Int) -> Bool {
      guard oneIn > 0, Int.random(in: 0..<oneIn, using: &random) == 0 else { return false }
      failures += 1
      return true
    }
  }

  let state: Guarded<State>

  init(seed: UInt64 = 1) { state = Guarded(State(random: SplitMix64(seed: seed))) }

  func numbers() -> [UInt32] { state.withLock { Array($0.contents.keys).sorted() } }

  func create(_ number: UInt32) throws(StorageError) -> any SegmentFile {
    let fails = state.withLock { state in
      if state.happens(state.faults.creating) { return true }
      precondition(state.contents[number] == nil, "a number is used twice")
      state.contents[number] = []
      return false
    }
    if fails { throw .system(operation: "opening", path: "\(number)", code: EIO) }
    return SimulatedSegment(self, number)
  }

  func open(_ number: UInt32) throws(StorageError) -> any SegmentFile {
    guard state.withLock({ $0.contents[number] != nil }) else {
      throw .system(operation: "opening", path: "\(number)", code: ENOENT)
    }
    return SimulatedSegment(self, number)
  }

  func remove(_ number: UInt32) {
    state.withLock {
      $0.contents[number] = nil
      $0.durable[number] = nil
    }
  }

  /// The power goes: what was not made durable is garbage or gone.
  func lose() {
    state.withLock { state in
      for number in state.contents.keys.sorted() {
        let durable = state.durable[number] ?? 0
        let count = state.contents[number]?.count ?? 0
        guard count > durable else { continue }
        state.contents[number]?.removeLast(
          Int.random(in: 0...(count - durable), using: &state.random))
        for index in durable..<max(durable, state.contents[number]?.count ?? 0)
        where Bool.random(using: &state.random) {
          state.contents[number]?[index] = UInt8.random(in: 0...255, using: &state.random)
        }
      }
    }
  }

  /// Flips a bit somewhere.
  func flip() {
    state.withLock { state in
      let numbers = state.contents.keys.sorted().filter { state.contents[$0]?.isEmpty == false }
      guard let number = numbers.randomElement(using: &state.random),
        let count = state.contents[number]?.count
      else { return }
      let index = Int.random(in: 0..<count, using: &state.random)
      state.contents[number]?[index] ^= 1 << UInt8.random(in: 0..<8, using: &state.random)
    }
  }

  /// Cuts the end of a file off.
  func truncate() {
    state.withLock { state in
      guard let number = state.contents.keys.sorted().randomElement(using: &state.random),
        let count = state.contents[number]?.count
      else { return }
      state.contents[number]?.removeLast(Int.random(in: 0...count, using: &state.random))
    }
  }

  func setFaults(_ faults: Faults) { state.withLock { $0.faults = faults } }
}

/// One file of a simulated disk.
final class SimulatedSegment: SegmentFile {
  private let disk: SimulatedDisk
  private let number: UInt32

  init(_ disk: SimulatedDisk, _ number: UInt32) {
    self.disk = disk
    self.number = number
  }

  var bytes: Int { disk.state.withLock { $0.contents[number]?.count ?? 0 } }

  func read(
    _ count: Int, at offset: Int, into storage: ByteStorage
  ) throws(StorageError) -> Int {
    precondition(count <= storage.free)
    let piece: [UInt8]? = disk.state.withLock { state in
      state.reads += 1
      if state.happens(state.faults.reading) { return nil }
      let content = state.contents[number] ?? []
      let start = min(offset, content.count)
      return Array(content[start..<min(offset + count, content.count)])
    }
    guard let piece else { throw .system(operation: "reading", path: "\(number)", code: EIO) }
    return storage.append(piece.span)
  }

  func readCached(_ count: Int, at offset: Int, into storage: ByteStorage) -> Bool {
    let isCached = disk.state.withLock { state in Bool.random(using: &state.random) }
    guard isCached, let got = try? read(count, at: offset, into: storage) else { return false }
    return got == count
  }

  func write(_ bytes: Span<UInt8>, at offset: Int) throws(StorageError) {
    var copy: [UInt8] = []
    copy.append(bytes)
    let failure: StorageError? = disk.state.withLock { [copy] state in
      let used = state.contents.values.reduce(0) { $0 + $1.count }
      // Taken out, so that it is not copied.
      guard var content = state.contents.removeValue(forKey: number) else { return nil }
      let isFull = used + copy.count > state.faults.capacityBytes
      let fails = isFull || state.happens(state.faults.writing)
      let count = fails ? Int.random(in: 0...copy.count, using: &state.random) : copy.count
      if content.count < offset {
        content += Array(repeating: 0, count: offset - content.count)
      }
      content.replaceSubrange(
        offset..<min(max(offset, content.count), offset + count), with: copy[..<count])
      state.contents[number] = content
      state.writtenBytes += count
      guard fails else { return nil }
      return isFull
        ? .diskFull(path: "\(number)")
        : .system(operation: "writing", path: "\(number)", code: EIO)
    }
    if let failure { throw failure }
  }

  func synchronise() throws(StorageError) {
    let fails = disk.state.withLock { state in
      if state.happens(state.faults.synchronising) { return true }
      state.durable[number] = state.contents[number]?.count
      return false
    }
    if fails { throw .system(operation: "writing to the disk", path: "\(number)", code: EIO) }
  }
}
