// The corpus of the fuzz target for what origins send, past failures among it.

import Foundation
import Testing

@Suite("Fuzz replay")
struct FuzzReplayTests {
  @Test("whatever an origin sends over HTTP/2, its connection keeps its promises")
  func corpus() async throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fuzz/HTTPClient/corpus.txt")
    let text = try String(contentsOf: file, encoding: .utf8)
    let inputs = text.split(separator: "\n").map { Self.bytes(of: $0) }
    #expect(inputs.count > 20)
    for input in inputs {
      let fault = await SharedRuntime.run { await FuzzOrigin.run(input, on: $0) }
      #expect(fault == nil, "\(input.prefix(40))")
    }
  }

  private static func bytes(of line: Substring) -> [UInt8] {
    let digits = line.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
