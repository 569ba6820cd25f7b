// What somebody may have meant.

/// Finds the known name that is nearest to a mistyped one.
package enum NearestName {
  /// The nearest of `names`, if it is near enough to be what was meant.
  package static func of(_ name: String, in names: [String]) -> String? {
    // A third of the letters may differ; beyond that a suggestion misleads.
    let limit = max(1, min(3, name.utf8.count / 3))
    let ranked = names.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit else {
      return nil
    }
    return best.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours between `a` and `b` (optimal
  /// string alignment).
  static func distance(_ a: String, _ b: String) -> Int {
    let (left, right) = (Array(a.utf8.prefix(64)), Array(b.utf8.prefix(64)))
    var beforeLast = Array(repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in 0..<left.count {
      var row = [i + 1]
      for j in 0..<right.count {
        var best = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
