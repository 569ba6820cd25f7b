// Denial of existence (RFC 4034 section 4, RFC 9824).

import Primitives

/// Contents of NSEC records that are made when they are asked for: each proves one name's types, or
/// that there is no such name, and that nothing lies between it and its next possible name.
package enum NSEC {
  /// Appends the content for a name that exists with `types` alone; RRSIG and NSEC need not be among
  /// them (RFC 9824 section 3.1).
  package static func append(
    name: Span<UInt8>, types: some Sequence<RecordType>, to output: inout [UInt8]
  ) {
    appendSuccessor(of: name, to: &output)
    TypeBitmap.append(Array(types) + [.rrsig, .nsec], to: &output)
  }

  /// Appends the content for a name that does not exist: NXNAME beside RRSIG and NSEC (RFC 9824
  /// section 3.2).
  package static func appendNonexistent(name: Span<UInt8>, to output: inout [UInt8]) {
    append(name: name, types: CollectionOfOne(.nxname), to: &output)
  }

  /// Appends the name that comes next in canonical order (RFC 4471 section 3.1.2): with a label of one
  /// zero byte in front, or where there is no room for it, a zero byte more in the first label, or
  /// the first label's next value, or that of its parent.
  package static func appendSuccessor(of name: Span<UInt8>, to output: inout [UInt8]) {
    if name.count + 2 <= DNSLimits.nameBytes {
      output += [1, 0]
      return output.append(name)
    }
    let length = Int(name[0])
    if name.count < DNSLimits.nameBytes, length < DNSLimits.labelBytes {
      output.append(UInt8(length + 1))
      output.append(name.extracting(1..<(length + 1)))
      output.append(0)
      return output.append(name.extracting((length + 1)..<name.count))
    }
    appendIncremented(name, to: &output)
  }

  /// Appends a name of which the first label is the least that is above it and no longer.
  private static func appendIncremented(_ name: Span<UInt8>, to output: inout [UInt8]) {
    let length = Int(name[0])
    guard length > 0 else { return output.append(name) }
    var label: [UInt8] = []
    for index in 1...length { label.append(name[index].asciiLowercased) }
    while let last = label.popLast() {
      guard last < 255 else { continue }
      // Capitals sort as small letters: what follows the sign before them is the sign behind.
      label.append(last == 0x40 ? 0x5b : last + 1)
      output.append(UInt8(label.count))
      output += label
      return output.append(name.extracting((length + 1)..<name.count))
    }
    appendIncremented(name.droppingLabels(1), to: &output)
  }
}
