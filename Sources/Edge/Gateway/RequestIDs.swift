// Identities of requests.

import Primitives

/// Numbers that identify requests across servers and restarts: a random start, then a mixed counter, so
/// that equal ones are as rare as with random numbers.
struct RequestIDs {
  private var numbers: SplitMix64

  init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

  /// The next identity, never 0.
  mutating func next() -> UInt64 { max(1, numbers.next()) }
}
