// What the fuzzer found worth keeping, fed again.

import Foundation
import Testing

@Suite struct FuzzReplayTests {
  @Test("the fuzzer's corpus does no harm")
  func corpus() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fuzz/HTTP2Engine/corpus.txt")
    let text = try String(contentsOf: file, encoding: .utf8)
    let inputs = text.split(separator: "\n").map { Self.bytes(of: $0) }
    #expect(inputs.count > 100)
    for input in inputs where input.count >= 2 {
      FuzzServer.run(FuzzFrames.bytes(of: input), pieces: Int(input[1]), answers: input[0] < 128)
      FuzzServer.run(FuzzFrames.bytes(of: input), pieces: 1, answers: true)
    }
  }

  private static func bytes(of line: Substring) -> [UInt8] {
    let digits = line.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
