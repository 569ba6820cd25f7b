// Times as clients are told them.

import Testing

@testable import Gateway

@Suite("Server-Timing")
struct ServerTimingTests {
  @Test(
    "milliseconds have three decimals",
    arguments: [
      (0, "0.000"), (999, "0.000"), (1_000, "0.001"), (12_345_678, "12.345"),
      (1_000_000_000, "1000.000"), (10_010_000, "10.010"),
    ] as [(UInt64, String)])
  func milliseconds(_ nanoseconds: UInt64, _ expected: String) {
    var text: [UInt8] = []
    ServerTiming.append(nanoseconds, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }
}
