// An answer whose body is read as it is sent.

import Exchange

/// Lets a task deliver a response that is complete but for its body, which comes in slices.
final class SlicedAnswer: Suspension {
  func perform(_ exchange: Exchange) async throws(Failure) {}
}
