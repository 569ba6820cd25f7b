// Names in wire form, read where they lie.

import Primitives

extension Span where Element == UInt8 {
  /// Where the name at `start` ends in a message: behind its root, or behind its first compression
  /// pointer, whose target is not looked at.
  @inline(__always) func endOfName(at start: Int) throws(DNSError) -> Int {
    var index = start
    while index < count {
      let length = Int(self[index])
      if length == 0 {
        guard index &- start < DNSLimits.nameBytes else { throw .nameTooLong }
        return index &+ 1
      }
      if length >= 0xc0 {
        guard index &+ 2 <= count else { throw .truncatedMessage }
        return index &+ 2
      }
      guard length <= DNSLimits.labelBytes else { throw .unknownLabelType }
      index &+= length &+ 1
      guard index &- start < DNSLimits.nameBytes else { throw .nameTooLong }
    }
    throw .truncatedMessage
  }

  /// Appends the name at `start`, uncompressed and in the case it has, and returns where it ends
  /// where it began. A pointer must lead before whatever was read of this name so far, and there
  /// may be `DNSLimits.pointers` of them: reading is linear in a name's length.
  func appendName(at start: Int, to output: inout [UInt8]) throws(DNSError) -> Int {
    var index = start
    var bound = start
    var end: Int?
    var pointers = 0
    let begin = output.count
    while index < count {
      let length = Int(self[index])
      if length >= 0xc0 {
        guard index &+ 2 <= count else { throw .truncatedMessage }
        let target = (length & 0x3f) << 8 | Int(self[index &+ 1])
        pointers &+= 1
        guard target < bound, target >= DNSHeader.length, pointers <= DNSLimits.pointers else {
          throw .badCompressionPointer
        }
        end = end ?? index &+ 2
        index = target
        bound = target
        continue
      }
      guard length <= DNSLimits.labelBytes else { throw .unknownLabelType }
      guard index &+ length &+ 1 <= count else { throw .truncatedMessage }
      guard output.count &- begin &+ length &+ 1 <= DNSLimits.nameBytes else { throw .nameTooLong }
      output.append(extracting(index..<(index &+ length &+ 1)))
      index &+= length &+ 1
      if length == 0 { return end ?? index }
    }
    throw .truncatedMessage
  }

  /// Whether two names in wire form are the same in any ASCII case (RFC 4343). Lengths are never
  /// letters, so that whole names are compared byte by byte.
  package func equalsName(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index].asciiLowercased != other[index].asciiLowercased {
      return false
    }
    return true
  }

  /// Whether the name is `ancestor` or lies below it.
  package func isWithin(_ ancestor: Span<UInt8>) -> Bool {
    var index = 0
    while count &- index > ancestor.count, self[index] > 0 {
      index &+= Int(self[index]) &+ 1
      guard index < count else { return false }
    }
    return extracting(index..<count).equalsName(ancestor)
  }

  /// Where the name at `start` of a content that was checked before ends.
  func endOfOwnName(at start: Int) -> Int {
    var index = start
    while self[index] > 0 { index &+= Int(self[index]) &+ 1 }
    return index &+ 1
  }

  /// Labels of a name in wire form, without the root.
  package var labelCount: Int {
    var (index, labels) = (0, 0)
    while index < count, self[index] > 0 {
      index &+= Int(self[index]) &+ 1
      labels &+= 1
    }
    return labels
  }

  /// The name without its first `labels` labels.
  @_lifetime(copy self)
  package func droppingLabels(_ labels: Int) -> Span<UInt8> {
    var index = 0
    for _ in 0..<labels where index < count && self[index] > 0 {
      index &+= Int(self[index]) &+ 1
    }
    return extracting(Swift.min(index, count)..<count)
  }

  /// Whether the first label is `*` (RFC 4592).
  package var isWildcard: Bool { count > 2 && self[0] == 1 && self[1] == 0x2a }

  /// Whether the name comes before `other` in the canonical order (RFC 4034 section 6.1): label by
  /// label from the root, each as bytes in lower case.
  package func precedesCanonically(_ other: Span<UInt8>) -> Bool {
    canonicalOrder(other) < 0
  }

  /// Below, at or above zero as the name comes before, is, or comes after `other` in canonical order.
  package func canonicalOrder(_ other: Span<UInt8>) -> Int {
    let (mine, others) = (labelStarts, other.labelStarts)
    var (left, right) = (mine.count, others.count)
    while left > 0 && right > 0 {
      left &-= 1
      right &-= 1
      let order = label(at: Int(mine.starts.span[left])).order(
        other.label(at: Int(others.starts.span[right])))
      if order != 0 { return order }
    }
    return left &- right
  }

  /// Where the labels of a name begin, and how many there are.
  @inline(__always) var labelStarts: (starts: InlineArray<128, UInt8>, count: Int) {
    var starts = InlineArray<128, UInt8>(repeating: 0)
    var places = starts.mutableSpan
    var (index, labels) = (0, 0)
    while index < count, self[index] > 0, labels < DNSLimits.labels {
      places[labels] = UInt8(truncatingIfNeeded: index)
      labels &+= 1
      index &+= Int(self[index]) &+ 1
    }
    return (starts, labels)
  }

  @_lifetime(copy self)
  private func label(at start: Int) -> Span<UInt8> {
    extracting((start &+ 1)..<(start &+ 1 &+ Int(self[start])))
  }

  private func order(_ other: Span<UInt8>) -> Int {
    for index in 0..<Swift.min(count, other.count) {
      let (a, b) = (self[index].asciiLowercased, other[index].asciiLowercased)
      if a != b { return a < b ? -1 : 1 }
    }
    return count &- other.count
  }
}
