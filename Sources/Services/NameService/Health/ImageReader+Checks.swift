// Record sets whose addresses are checked.

import DNS
import Primitives

/// A rule says so: the type (2 bytes), the number of the first of the set's records among all of the zone
/// that are checked (2 bytes), and the check (`HealthCheck.encoded`).
extension ImageReader {
  /// Where things are in such a rule, behind its kind.
  private enum Check {
    static let type = 0
    static let first = 2
    static let content = 4
  }

  private func checkRule(_ type: RecordType, of node: Int) -> Int? {
    var offset = firstRule(of: node)
    for _ in 0..<ruleCount(of: node) {
      if bytes[offset + Rule.kind] == RuleKind.checked,
        bytes.uint16(at: offset + Rule.content + Check.type) == type.rawValue
      {
        return offset
      }
      offset = endOfRule(at: offset)
    }
    return nil
  }

  /// The number of the first record of the set of `type` at `node` among those of the zone that are checked;
  /// nil if they are not.
  func firstChecked(_ type: RecordType, of node: Int) -> Int? {
    checkRule(type, of: node).map { Int(bytes.uint16(at: $0 + Rule.content + Check.first)) }
  }

  /// How the records of that set are checked; nil if they are not.
  func healthCheck(_ type: RecordType, of node: Int) -> HealthCheck? {
    checkRule(type, of: node).flatMap { rule in
      HealthCheck(
        bytes.extracting((rule + Rule.content + Check.content)..<endOfRule(at: rule)))
    }
  }

  /// Whether a rule of this kind of `node`, which ends within the image, is what it should be.
  func isSoundCheck(_ rule: Int, of node: Int) -> Bool {
    let start = rule + Rule.content
    guard start + Check.content < endOfRule(at: rule) else { return false }
    let type = RecordType(rawValue: bytes.uint16(at: start + Check.type))
    guard type == .a || type == .aaaa, let set = records(type, of: node) else { return false }
    let first = Int(bytes.uint16(at: start + Check.first))
    return first + set.contents.count / (type == .a ? 6 : 18) <= NameServiceLimits.checkedRecords
      && HealthCheck(bytes.extracting((start + Check.content)..<endOfRule(at: rule))) != nil
  }
}
