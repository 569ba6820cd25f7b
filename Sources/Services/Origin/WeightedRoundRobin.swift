// Which origin is next: by weight, and evenly spread.

/// Smooth weighted round robin: of weights 5, 1, 1 it makes a a b a c a a, not a a a a a b c.
///
/// Each turn every candidate's credit grows by its weight; the richest is taken and pays the sum.
struct WeightedRoundRobin {
  private let weights: [Int]
  private var credits: [Int]

  init(weights: [Int]) {
    precondition(weights.allSatisfy { $0 > 0 })
    self.weights = weights
    credits = Array(repeating: 0, count: weights.count)
  }

  /// The next index for which `isCandidate` holds; nil if it holds for none.
  mutating func next(where isCandidate: (Int) -> Bool) -> Int? {
    if weights.count == 1 { return isCandidate(0) ? 0 : nil }
    var richest: Int?
    var sum = 0
    for index in weights.indices where isCandidate(index) {
      credits[index] += weights[index]
      sum += weights[index]
      if richest.map({ credits[index] > credits[$0] }) ?? true { richest = index }
    }
    if let richest { credits[richest] -= sum }
    return richest
  }
}
