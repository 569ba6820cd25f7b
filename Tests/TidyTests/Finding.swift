// What a rule of the house reports: a place and what to do there.

/// One departure from the house rules.
struct Finding: Comparable, CustomStringConvertible {
  let path: String
  /// Counted from 1; 0 when the whole file is meant.
  let line: Int
  /// What is wrong and what to do about it, in one sentence.
  let advice: String

  init(_ path: String, _ advice: String) { self.init(path, 0, advice) }

  init(_ path: String, _ line: Int, _ advice: String) {
    self.path = path
    self.line = line
    self.advice = advice
  }

  static func < (a: Finding, b: Finding) -> Bool { (a.path, a.line) < (b.path, b.line) }

  var description: String { line == 0 ? "\(path): \(advice)" : "\(path):\(line): \(advice)" }
}
