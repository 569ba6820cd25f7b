// How long one request may be looked at.

/// Steps that are left for comparing one request with patterns, names and cookies of its zone's
/// settings. A zone may have many of them and a client may send much: their product is bounded here.
struct StepBudget {
  private var rest: Int

  init(_ steps: Int = CacheLimits.matchingSteps) { rest = steps }

  /// Nothing is known of the request any more: the safest settings hold.
  var isExhausted: Bool { rest < 0 }

  mutating func take(_ steps: Int) { rest = rest < steps ? -1 : rest - steps }
}
