// Several bytes of a span at once.

import Primitives
import Testing

@Suite("Words of bytes") struct WordTests {
  @Test func `numbers are read and written in network byte order`() {
    let bytes: [UInt8] = [9, 1, 2, 3, 4, 5, 6, 7, 8]
    let span = bytes.span
    #expect(span.uint16(at: 1) == 0x0102 && span.uint16(at: 3) == 0x0304)
    #expect(span.uint32(at: 1) == 0x0102_0304)
    #expect(span.uint64(at: 1) == 0x0102_0304_0506_0708)
    var output = [UInt8](repeating: 0xff, count: 15)
    var target = output.mutableSpan
    target.store(0x0102 as UInt16, at: 0)
    target.store(0x0304_0506 as UInt32, at: 2)
    target.store(0x0708_090a_0b0c_0d0e as UInt64, at: 6)
    #expect(output == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff])
  }

  @Test func `a word is the same at the end of a span and before it`() {
    for count in 0...20 {
      let bytes = (0..<count).map { UInt8(200 - $0) }
      for offset in 0...count {
        for length in 0...min(8, count - offset) {
          var expected: UInt64 = 0
          for index in 0..<length { expected |= UInt64(bytes[offset + index]) << UInt64(index * 8) }
          #expect(bytes.span.littleWord(at: offset, length: length) == expected)
        }
      }
    }
  }

  @Test func `capitals become small letters and every other byte stays`() {
    for count in [0, 1, 7, 8, 9, 15, 16, 17, 256] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      var output = [UInt8](repeating: 0xee, count: count + 2)
      var target = output.mutableSpan
      target.copyLowercased(bytes.span, at: 1)
      #expect(output == [0xee] + bytes.map(\.asciiLowercased) + [0xee])
    }
    for byte in UInt8.min...UInt8.max {
      let word = UInt64(byte) &* 0x0101_0101_0101_0101
      #expect(word.asciiLowercased == UInt64(byte.asciiLowercased) &* 0x0101_0101_0101_0101)
    }
  }

  @Test func `bytes are copied to a place in a span`() {
    var output = [UInt8](repeating: 0, count: 5)
    var target = output.mutableSpan
    target.copy([1, 2, 3].span, at: 2)
    #expect(output == [0, 0, 1, 2, 3])
  }

  @Test func `what would go beyond a span ends the program instead`() async {
    await #expect(processExitsWith: .failure) {
      let bytes: [UInt8] = [1, 2, 3]
      _ = bytes.span.uint32(at: 0)
    }
    await #expect(processExitsWith: .failure) {
      let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7]
      _ = bytes.span.uint64(at: 0)
    }
    await #expect(processExitsWith: .failure) {
      var bytes: [UInt8] = [1, 2, 3]
      var target = bytes.mutableSpan
      target.store(1 as UInt32, at: 0)
    }
  }
}
