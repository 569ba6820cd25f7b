// Record sets of which one record is given at a time.

import DNS
import Primitives

/// A rule says so: the type (2 bytes), and a weight of 2 bytes for each record of the node's set of that
/// type, in their order.
extension ImageReader {
  /// The weights of the set of `type` at `node`, as places in the image; nil if it is given whole.
  private func weights(_ type: RecordType, of node: Int) -> Range<Int>? {
    var offset = firstRule(of: node)
    for _ in 0..<ruleCount(of: node) {
      let start = offset + Rule.content
      if bytes[offset + Rule.kind] == RuleKind.weighted,
        RecordType(rawValue: bytes.uint16(at: start)) == type
      {
        return (start + 2)..<endOfRule(at: offset)
      }
      offset = endOfRule(at: offset)
    }
    return nil
  }

  func hasWeights(_ type: RecordType, of node: Int) -> Bool { weights(type, of: node) != nil }

  /// The record of the set of `type` at `node` whose turn it is; nil if all are given at once. Turns that
  /// follow each other are spread over the records by their weights: any few of them, too. Records that are
  /// not well, as `health` says, have no turn while others of the set are.
  func weightedSet(
    _ type: RecordType, of node: Int, turn: UInt32, _ health: ZoneHealth? = nil
  ) -> PlacedSet? {
    guard let weights = weights(type, of: node), let set = records(type, of: node) else {
      return nil
    }
    var health = health?.hasIll == true ? health : nil
    var first = 0
    if health != nil {
      if let checked = firstChecked(type, of: node) { first = checked } else { health = nil }
    }
    var sum = sum(weights, first, health)
    if sum == 0 {
      health = nil
      sum = self.sum(weights, first, nil)
    }
    // Multiples of the golden ratio, modulo 1, lie evenly however many there are.
    var point = (UInt64(turn &* 0x9e37_79b9) &* sum) >> 32
    var start = set.contents.lowerBound
    var number = first
    for place in stride(from: weights.lowerBound, to: weights.upperBound, by: 2) {
      guard start + 2 <= set.contents.upperBound else { break }
      let end = start + 2 + Int(bytes.uint16(at: start))
      let weight = health?.isIll(number) == true ? 0 : UInt64(bytes.uint16(at: place))
      number += 1
      if point < weight { return PlacedSet(type: type, ttl: set.ttl, contents: start..<end) }
      point -= weight
      start = end
    }
    return nil
  }

  /// The sum of the weights of records that are well, of which the first has the number `first`.
  private func sum(_ weights: Range<Int>, _ first: Int, _ health: ZoneHealth?) -> UInt64 {
    var sum: UInt64 = 0
    var number = first
    for place in stride(from: weights.lowerBound, to: weights.upperBound, by: 2) {
      if health?.isIll(number) != true { sum += UInt64(bytes.uint16(at: place)) }
      number += 1
    }
    return sum
  }

  /// The weight of the record `index` of that set; nil if all are given at once.
  func weight(ofRecord index: Int, _ type: RecordType, of node: Int) -> UInt16? {
    guard let weights = weights(type, of: node), index * 2 + 2 <= weights.count else { return nil }
    return bytes.uint16(at: weights.lowerBound + index * 2)
  }

  /// Whether a rule of this kind, which ends within the image, is what it should be.
  func isSoundWeighted(_ rule: Int) -> Bool {
    let length = endOfRule(at: rule) - rule - Rule.content
    return length >= 4 && length % 2 == 0
  }
}
