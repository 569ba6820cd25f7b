// Rules of nodes: what is answered beside or instead of the records that a node has.

import DNS
import Primitives

/// A rule stands behind the record sets of its node: its length in four bytes, these among them, its
/// kind in one, and what the kind wants. Who walks through record sets does not see it.
extension ImageReader {
  /// Kinds of rules.
  enum RuleKind {
    /// The name is answered with the addresses of another: a TTL (4 bytes), a name in wire form.
    static let flattened: UInt8 = 1
    /// A record set is for clients in some places (`ImageReader+Places`).
    static let placed: UInt8 = 2
    /// The records of a set are given one at a time (`ImageReader+Weights`).
    static let weighted: UInt8 = 3
    /// The addresses of a set are checked (`ImageReader+Checks`).
    static let checked: UInt8 = 4
  }

  /// Where things are in a rule.
  enum Rule {
    static let kind = 4
    static let content = 5
  }

  func ruleCount(of node: Int) -> Int { Int(bytes[nodePlace(node) + Layout.Node.rules]) }

  /// Where the first rule of `node` begins.
  func firstRule(of node: Int) -> Int {
    var offset = firstSet(of: node)
    for _ in 0..<setCount(of: node) { offset = recordSet(at: offset).end }
    return offset
  }

  /// Where the rule at `offset` ends.
  func endOfRule(at offset: Int) -> Int { offset + Int(bytes.littleEndian32(at: offset)) }

  /// The rule of `node` that is of `kind`.
  func rule(_ kind: UInt8, of node: Int) -> Int? {
    var rest = ruleCount(of: node)
    guard rest > 0 else { return nil }
    var offset = firstRule(of: node)
    while rest > 0 {
      if bytes[offset + Rule.kind] == kind { return offset }
      offset = endOfRule(at: offset)
      rest -= 1
    }
    return nil
  }

  /// What a node is answered with.
  struct AliasTarget {
    let ttl: UInt32
    /// Where the name lies, in wire form.
    let name: Range<Int>
    /// Whether the name itself is shown, as CNAME: it is not flattened.
    let isShown: Bool
  }

  /// The name whose addresses `node` is answered with; nil if it has its own, or none.
  func aliasTarget(of node: Int) -> AliasTarget? {
    if let rule = rule(RuleKind.flattened, of: node) {
      let start = rule + Rule.content
      return AliasTarget(
        ttl: bytes.littleEndian32(at: start), name: (start + 4)..<endOfRule(at: rule),
        isShown: false)
    }
    guard flags(of: node) & Layout.NodeFlag.alias != 0, let set = records(.cname, of: node) else {
      return nil
    }
    return AliasTarget(
      ttl: set.ttl, name: (set.contents.lowerBound + 2)..<set.contents.upperBound, isShown: true)
  }

  // MARK: - Soundness

  /// Whether the rules of `node`, whose record sets end at `start`, are what they should be.
  func hasSoundRules(_ node: Int, from start: Int) -> Bool {
    var offset = start
    for _ in 0..<ruleCount(of: node) {
      guard offset + Rule.content <= bytes.count else { return false }
      let end = endOfRule(at: offset)
      guard end >= offset + Rule.content, end <= bytes.count else { return false }
      switch bytes[offset + Rule.kind] {
      case RuleKind.flattened:
        let name = offset + Rule.content + 4
        guard name < end, RDATA.isValid(.cname, bytes.extracting(name..<end)) else { return false }
      case RuleKind.placed:
        guard isSoundPlaced(offset) else { return false }
      case RuleKind.weighted:
        guard isSoundWeighted(offset) else { return false }
      case RuleKind.checked:
        guard isSoundCheck(offset, of: node) else { return false }
      default: return false
      }
      offset = end
    }
    return true
  }
}
