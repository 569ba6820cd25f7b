// Encoders against the programs that everybody decodes with.

import Primitives
import Testing

@testable import Compression

@Suite struct EncoderTests {
  /// Words as prose has them, or noise that can't be compressed.
  static func content(_ count: Int, noise: Bool = false) -> [UInt8] {
    let words = ["harbour ", "lighthouse ", "tide ", "keeper ", "storm ", "lantern ", "<p>", "\n"]
    var state: UInt64 = 1
    var bytes: [UInt8] = []
    while bytes.count < count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      if noise {
        bytes.append(UInt8(truncatingIfNeeded: state >> 40))
      } else {
        bytes += Array(words[Int(state >> 61)].utf8)
        if state >> 58 & 3 == 0 { bytes += Array(String(state >> 44).utf8) }
      }
    }
    return Array(bytes.prefix(count))
  }

  /// Runs one operation over `input` to its end, in rooms of `room` bytes.
  static func run(
    _ encoder: any ContentEncoder, _ input: [UInt8], _ operation: EncoderOperation, room: Int
  ) throws -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    var isDone = false
    while !isDone || position < input.count {
      let storage = ByteStorage(capacity: room)
      let end = min(input.count, position + encoder.stepBytes)
      let isLast = end == input.count
      let step = try encoder.encode(
        input.span.extracting(position..<end), isLast ? operation : .process, into: storage)
      position += step.consumed
      isDone = step.isDone && isLast
      output.append(Bytes(storage, offset: 0, count: storage.count))
    }
    return output
  }

  @Test(
    "what was encoded is decoded by others to the same bytes", arguments: Coding.allCases,
    [0, 1, 100, 4_096, 6_144, 6_145, 16_384, 70_000, 1_000_000])
  func roundTrip(coding: Coding, count: Int) throws {
    let encoder = coding.encoder
    let content = Self.content(count)
    // The second content uses the memory of the first.
    for _ in 0..<2 {
      try encoder.begin()
      let coded = try Self.run(encoder, content, .finish, room: 4_096)
      #expect(try coding.decode(coded) == content)
      if count >= 4_096 { #expect(coded.count < count * 3 / 4) }
    }
  }

  @Test("the room may be as small as a byte", arguments: Coding.allCases, [1, 7, 100])
  func tinyRooms(coding: Coding, room: Int) throws {
    let encoder = coding.encoder
    let content = Self.content(30_000)
    try encoder.begin()
    #expect(
      try coding.decode(try Self.run(encoder, content, .finish, room: room)) == content)
  }

  @Test("noise grows by little", arguments: Coding.allCases) func noise(coding: Coding) throws {
    let encoder = coding.encoder
    let content = Self.content(200_000, noise: true)
    try encoder.begin()
    let coded = try Self.run(encoder, content, .finish, room: 16_384)
    #expect(try coding.decode(coded) == content)
    #expect(coded.count < content.count + content.count / 50 + 100)
  }

  @Test(
    "after a flush all that was given can be decoded", arguments: Coding.allCases,
    [1, 10, 5_000, 20_000])
  func flush(coding: Coding, count: Int) throws {
    let encoder = coding.encoder
    try encoder.begin()
    var content: [UInt8] = []
    var coded: [UInt8] = []
    for piece in 0..<4 {
      let next = Self.content(count + piece)
      content += next
      coded += try Self.run(encoder, next, piece == 2 ? .process : .flush, room: 300)
      if piece == 2 { continue }
      #expect(try coding.decodeStart(coded) == content)
    }
    coded += try Self.run(encoder, [], .finish, room: 300)
    #expect(try coding.decode(coded) == content)
  }

  @Test("a flush with nothing given writes nothing that matters", arguments: Coding.allCases)
  func emptyFlush(coding: Coding) throws {
    let encoder = coding.encoder
    try encoder.begin()
    var coded = try Self.run(encoder, Array("first".utf8), .flush, room: 300)
    coded += try Self.run(encoder, [], .flush, room: 300)
    coded += try Self.run(encoder, [], .finish, room: 300)
    #expect(try coding.decode(coded) == Array("first".utf8))
  }

  @Test("a content that was given up does not show in the next", arguments: Coding.allCases)
  func givenUp(coding: Coding) throws {
    let encoder = coding.encoder
    try encoder.begin()
    _ = try encoder.encode(
      Self.content(4_000).span, .flush, into: ByteStorage(capacity: 10))
    try encoder.begin()
    let coded = try Self.run(encoder, Array("the next".utf8), .finish, room: 300)
    #expect(try coding.decode(coded) == Array("the next".utf8))
  }

  @Test("memory does not grow from content to content", arguments: Coding.allCases)
  func memory(coding: Coding) throws {
    let encoder = coding.encoder
    let content = Self.content(200_000)
    var after: [Int] = []
    for _ in 0..<5 {
      try encoder.begin()
      _ = try Self.run(encoder, content, .finish, room: 16_384)
      after.append(encoder.memoryBytes)
    }
    #expect(after[1] == after[4])
    let most =
      encoder is GzipEncoder ? GzipEncoder.mostMemoryBytes : BrotliEncoder.mostMemoryBytes
    #expect(after[4] <= most)
  }

  @Test("a block that was freed is used again, and no other one twice") func blocks() {
    let memory = EncoderMemory()
    let first = unsafe memory.allocate(1_000)
    let second = unsafe memory.allocate(1_000)
    #expect(unsafe first != second)
    unsafe memory.free(first)
    #expect(unsafe memory.allocate(900) == first)
    #expect(unsafe memory.allocate(900) != second)
    #expect(memory.bytes == 2_900)
  }
}
