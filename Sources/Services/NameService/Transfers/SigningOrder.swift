// The names of a zone in the order of its chain of denials.

import Primitives

/// The nodes of an image in canonical order (RFC 4034 section 6.1): those whose names the zone answers
/// for or delegates, and the others that have records, below delegations.
package final class SigningOrder: Sendable {
  let names: [UInt32]
  let others: [UInt32]

  /// Takes time in proportion to the image: not for loops.
  package init(_ image: ZoneImage) {
    let reader = ImageReader(image.bytes.span)
    var children: [[UInt32]] = Array(repeating: [], count: reader.nodeCount)
    for node in 1..<max(1, reader.nodeCount) {
      children[reader.parent(of: node)].append(UInt32(node))
    }
    var names: [UInt32] = []
    var others: [UInt32] = []
    // What is still to be visited, the next one last.
    var stack: [(node: UInt32, isBelow: Bool)] = [(0, false)]
    while let (number, isBelow) = stack.popLast() {
      let node = Int(number)
      if reader.setCount(of: node) > 0 {
        if isBelow { others.append(number) } else { names.append(number) }
      }
      let isCut = reader.flags(of: node) & ZoneImage.NodeFlag.cut != 0
      let sorted = children[node].sorted { Self.precedes(Int($1), Int($0), reader) }
      for child in sorted { stack.append((child, isBelow || isCut)) }
    }
    self.names = names
    self.others = others
  }

  /// Whether the label of `one` sorts before that of `other`: byte by byte, the shorter one first.
  private static func precedes(_ one: Int, _ other: Int, _ reader: borrowing ImageReader) -> Bool {
    let (a, b) = (reader.label(of: one), reader.label(of: other))
    for index in 1..<min(a.count, b.count) where a[index] != b[index] {
      return a[index] < b[index]
    }
    return a.count < b.count
  }
}
