// Changes of keys, and many connections that share few contexts.

import Primitives
import Testing

@testable import TLS

@Suite struct KeyUpdateTests {
  @Test(
    "requests to update our key are answered once, before the next data",
    arguments: [RecordSuite.aes128GCM, .aes256GCM, .chaCha20Poly1305])
  func answered(suite: RecordSuite) throws {
    let pair = try RecordPeer(suite)
    for _ in 0..<3 {
      let update = try pair.forge([24, 0, 0, 1, 1, 22])
      pair.peer.sending.update()
      let read = pair.read(pair.ours, update + (try pair.forge([7, 23])))
      #expect(read.data == [7] && read.end == nil)
    }
    var output: [UInt8] = []
    #expect(pair.ours.write([1, 2, 3].span, output: &output))
    #expect(pair.ours.write([4].span, output: &output))
    // One KeyUpdate of five bytes, three bytes, one byte.
    #expect(output.count == 9 + 3 * RecordFormat.overheadBytes)
    #expect(pair.read(pair.peer, output).data == [1, 2, 3, 4])
  }

  @Test func `a KeyUpdate may be cut anywhere, but nothing may come in between`() throws {
    let message: [UInt8] = [24, 0, 0, 1, 0]
    for cut in 1..<5 {
      let pair = try RecordPeer()
      let first = try pair.forge(Array(message[..<cut]) + [22])
      let second = try pair.forge(Array(message[cut...]) + [22])
      pair.peer.sending.update()
      let read = pair.read(pair.ours, first + second + (try pair.forge([9, 23])))
      #expect(read.data == [9] && read.end == nil)

      let other = try RecordPeer()
      let cutOff = try other.forge(Array(message[..<cut]) + [22])
      let data = try other.forge([9, 23])
      #expect(other.read(other.ours, cutOff + data).end == .fault(.unexpectedMessage))
    }
  }

  @Test func `our key is changed before it has protected too much`() throws {
    let pair = try RecordPeer(recordsPerKey: 5)
    var read: [UInt8] = []
    for round in 0..<40 {
      var output: [UInt8] = []
      #expect(pair.ours.write([UInt8(round)].span, output: &output))
      #expect(pair.ours.sending.sequence <= 5)
      read += pair.read(pair.peer, output).data
    }
    #expect(read == (0..<40).map { UInt8($0) })
  }

  @Test func `more connections than contexts take turns`() throws {
    let suites = try RecordSuites()
    let pairs = try (0..<Limits.cipherContexts).map { _ in try RecordPeer(suites: suites) }
    for round in 0..<3 {
      for (index, pair) in pairs.enumerated() {
        let data = [UInt8(round), UInt8(index & 255)]
        var output: [UInt8] = []
        #expect(pair.ours.write(data.span, output: &output))
        #expect(pair.read(pair.peer, output).data == data)
      }
    }
  }
}
