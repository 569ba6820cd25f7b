// A domain name as a value of its own.

import Primitives

/// A domain name in wire form, uncompressed, in the case it was given (RFC 1035 section 3.1). Two
/// names that differ in ASCII case alone are equal (RFC 4343), and names are ordered canonically
/// (RFC 4034 section 6.1).
@usableFromInline package struct DomainName: Sendable {
  /// The labels, each behind its length, and the root's zero.
  @usableFromInline package let bytes: [UInt8]

  private init(checked bytes: [UInt8]) { self.bytes = bytes }

  @usableFromInline package static let root = DomainName(checked: [0])

  /// Takes over a name in wire form; throws if it is anything else, or has bytes behind it.
  package init(wire: Span<UInt8>) throws(DNSError) {
    var copy: [UInt8] = []
    // What has no header in front of it has nothing to point at: a pointer throws.
    guard try wire.appendName(at: 0, to: &copy) == wire.count else { throw .trailingBytes }
    self.init(checked: copy)
  }

  /// Reads the name at `position` of a message, which may be compressed, and moves `position` behind
  /// it.
  package init(_ message: Span<UInt8>, at position: inout Int) throws(DNSError) {
    var name: [UInt8] = []
    position = try message.appendName(at: position, to: &name)
    self.init(checked: name)
  }

  /// The last labels of this name, without its first `labels`; the root at the end.
  package func droppingLabels(_ labels: Int) -> DomainName {
    var rest: [UInt8] = []
    rest.append(bytes.span.droppingLabels(labels))
    return DomainName(checked: rest)
  }

  /// The name one label up; nil for the root.
  package var parent: DomainName? { isRoot ? nil : droppingLabels(1) }

  package var isRoot: Bool { bytes.count == 1 }

  /// Labels without the root.
  package var labelCount: Int { bytes.span.labelCount }

  /// Whether the first label is `*` (RFC 4592 section 2.1.1).
  package var isWildcard: Bool { bytes.span.isWildcard }

  /// Whether this is `ancestor` or lies below it.
  package func isWithin(_ ancestor: DomainName) -> Bool {
    bytes.span.isWithin(ancestor.bytes.span)
  }

  /// The name in lower case (RFC 4034 section 6.2).
  package var canonical: DomainName { DomainName(checked: bytes.map(\.asciiLowercased)) }

  /// The labels of this name before those of `suffix`; throws if that is too long.
  package func appending(_ suffix: DomainName) throws(DNSError) -> DomainName {
    guard bytes.count - 1 + suffix.bytes.count <= DNSLimits.nameBytes else { throw .nameTooLong }
    return DomainName(checked: bytes.dropLast() + suffix.bytes)
  }
}

extension DomainName: Hashable, Comparable {
  @usableFromInline package static func == (a: DomainName, b: DomainName) -> Bool {
    a.bytes.span.equalsName(b.bytes.span)
  }

  @usableFromInline package func hash(into hasher: inout Hasher) {
    for byte in bytes { hasher.combine(byte.asciiLowercased) }
  }

  @usableFromInline package static func < (a: DomainName, b: DomainName) -> Bool {
    a.bytes.span.precedesCanonically(b.bytes.span)
  }
}
