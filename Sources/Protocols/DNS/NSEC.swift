// Denial of existence (RFC 4034 section 4, RFC 9824).

import Primitives

/// Contents of NSEC records that are made when they are asked for: each proves one name's types, or
/// that there is no such name, and that nothing lies between it and its next possible name.
package enum NSEC {
  /// Appends the content for a name that exists in the zone of `apex` with `types` alone; RRSIG and NSEC
  /// need not be among them (RFC 9824 section 3.1). The types rise.
  package static func append(
    name: Span<UInt8>, apex: Span<UInt8>, types: some Sequence<RecordType>,
    to output: inout [UInt8]
  ) {
    appendSuccessor(of: name, apex: apex, to: &output)
    TypeBitmap.append(rising: types, isSigned: true, to: &output)
  }

  /// Appends the content for a name that exists with `types` alone, RRSIG and NSEC among them though they
  /// are not given, and behind which `next` comes in the zone (RFC 4034 section 4.1). The types rise.
  package static func append(
    next: Span<UInt8>, types: some Sequence<RecordType>, to output: inout [UInt8]
  ) {
    output.append(next)
    TypeBitmap.append(rising: types, isSigned: true, to: &output)
  }

  /// Appends the content for a name that does not exist: NXNAME beside RRSIG and NSEC (RFC 9824
  /// section 3.2).
  package static func appendNonexistent(
    name: Span<UInt8>, apex: Span<UInt8>, to output: inout [UInt8]
  ) {
    append(name: name, apex: apex, types: CollectionOfOne(.nxname), to: &output)
  }

  /// Appends the name that comes next in canonical order (RFC 4471 section 3.1.2) in the zone of
  /// `apex`, to which `name` belongs: with a label of one zero byte in front, or what is behind the
  /// name and all that could be below it. Behind the last possible name comes the apex.
  package static func appendSuccessor(
    of name: Span<UInt8>, apex: Span<UInt8>, to output: inout [UInt8]
  ) {
    if name.count + 2 <= DNSLimits.nameBytes {
      output += [1, 0]
      return output.append(name)
    }
    appendFollowing(name, apex, to: &output)
  }

  /// Appends the first name behind `name` and all that is below it: a zero byte more in the first
  /// label, or where there is no room for it, the label's next value, or what follows the parent.
  private static func appendFollowing(
    _ name: Span<UInt8>, _ apex: Span<UInt8>, to output: inout [UInt8]
  ) {
    guard name.count > apex.count else { return output.append(apex) }
    let end = Int(name[0]) + 1
    let parent = name.extracting(end..<name.count)
    if name.count < DNSLimits.nameBytes, end <= DNSLimits.labelBytes {
      output.append(UInt8(end))
      output.append(name.extracting(1..<end))
      output.append(0)
      return output.append(parent)
    }
    var length = end - 1
    while length > 0, name[length] == 255 { length -= 1 }
    guard length > 0 else { return appendFollowing(parent, apex, to: &output) }
    output.append(UInt8(length))
    for index in 1..<length { output.append(name[index].asciiLowercased) }
    // Capitals sort as small letters: what follows the sign before them is the sign behind.
    let last = name[length].asciiLowercased
    output.append(last == 0x40 ? 0x5b : last + 1)
    output.append(parent)
  }
}
