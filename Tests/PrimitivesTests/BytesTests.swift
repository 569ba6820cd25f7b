// Shared slices of bytes: what they show, what they share, what they refuse to overrun.

import Primitives
import Testing

@Suite("Bytes") struct BytesTests {
  @Test("a slice shows its part and shares the storage") func slices() {
    let whole = Bytes(Array(0..<100))
    let part = whole.slice(10..<20)
    #expect(part.array() == Array(10..<20))
    #expect(part.slice(3..<5).array() == [13, 14])
    #expect(part.retainedBytes == whole.retainedBytes)
    #expect(part.slice(10..<10).isEmpty)
  }

  @Test("dropping takes from the front, at most all") func drops() {
    let bytes = Bytes([1, 2, 3])
    #expect(bytes.dropFirst(0).array() == [1, 2, 3])
    #expect(bytes.dropFirst(2).array() == [3])
    #expect(bytes.dropFirst(4).isEmpty)
  }

  @Test("a copy does not change with what it was made from") func copies() {
    var array: [UInt8] = [1, 2, 3]
    let bytes = Bytes(array)
    let other = Bytes(copying: array.span)
    array[0] = 9
    #expect(bytes.array() == [1, 2, 3])
    #expect(other.array() == [1, 2, 3])
  }

  @Test("bytes are read in place, and what reading throws comes through") func spans() {
    struct Refusal: Error {}
    let bytes = Bytes([5, 6, 7]).slice(1..<3)
    #expect(bytes.withSpan { $0.count == 2 && $0[0] == 6 && $0[1] == 7 })
    #expect(throws: Refusal.self) {
      try bytes.withSpan { (_: Span<UInt8>) throws(Refusal) -> Int in throw Refusal() }
    }
  }

  @Test("nothing has no bytes") func empty() {
    #expect(Bytes.empty.isEmpty)
    #expect(Bytes.empty.array() == [])
  }

  @Test("a storage is filled from the front, as far as it goes") func filling() {
    let storage = ByteStorage(capacity: 8)
    let source: [UInt8] = [1, 2, 3, 4, 5]
    #expect(storage.append(source.span) == 5)
    #expect(storage.free == 3)
    #expect(storage.append(source.span) == 3)
    #expect(storage.append(source.span) == 0)
    #expect(storage.count == 8)
    #expect(Bytes(storage, offset: 0, count: 8).array() == [1, 2, 3, 4, 5, 1, 2, 3])
  }

  @Test("bytes that were shared stay as they are while the storage fills up") func sharing() {
    let storage = ByteStorage(capacity: 4)
    let source: [UInt8] = [1, 2]
    _ = storage.append(source.span)
    let first = Bytes(storage, offset: 0, count: storage.count)
    let written = unsafe storage.fill { room in
      unsafe room[0] = 7
      return 1
    }
    #expect(written == 1)
    #expect(first.array() == [1, 2])
    #expect(Bytes(storage, offset: 2, count: 1).array() == [7])
  }
}
