// The name that a question asks about, in canonical form and without memory of its own.

import Primitives

/// A name in wire form in lower case (RFC 4034 section 6.2), held in place: reading one allocates
/// nothing. Tables of names are looked up with its bytes, or with those of its last labels.
@usableFromInline package struct CanonicalName: ~Copyable, Sendable {
  @usableFromInline var bytes = InlineArray<256, UInt8>(repeating: 0)
  @usableFromInline var starts = InlineArray<128, UInt8>(repeating: 0)
  /// Bytes of the name, the root's zero among them.
  @usableFromInline package private(set) var count = 1
  /// Labels without the root.
  @usableFromInline package private(set) var labelCount = 0

  /// The root.
  package init() {}

  /// The canonical form of a name in wire form.
  package init(_ name: Span<UInt8>) throws(DNSError) {
    guard try read(name, at: 0) == name.count else { throw .trailingBytes }
  }

  /// Reads the name at `start` and returns where it ends. A compression pointer throws: before the
  /// first question there is nothing to point at.
  package mutating func read(_ message: Span<UInt8>, at start: Int) throws(DNSError) -> Int {
    var places = starts.mutableSpan
    var (index, labels) = (start, 0)
    while true {
      guard index < message.count else { throw .truncatedMessage }
      let length = Int(message[index])
      if length == 0 { break }
      guard length <= DNSLimits.labelBytes else {
        throw length >= 0xc0 ? .compressedQuestion : .unknownLabelType
      }
      guard index &- start &+ length &+ 2 <= DNSLimits.nameBytes else { throw .nameTooLong }
      places[labels] = UInt8(truncatingIfNeeded: index &- start)
      labels &+= 1
      index &+= length &+ 1
    }
    // Lengths are below the letters, so that the whole name is folded at once.
    var target = bytes.mutableSpan
    target.copyLowercased(message.extracting(start..<(index &+ 1)), at: 0)
    count = index &+ 1 &- start
    labelCount = labels
    return index &+ 1
  }

  /// The name's bytes.
  @inlinable package var span: Span<UInt8> {
    @_lifetime(borrow self) get { bytes.span.extracting(0..<count) }
  }

  /// Where the last `labels` labels begin: 0 for all of them, at the root's zero for none. Behind
  /// the header's twelve bytes it is also the place to point at for a name that ends the question's.
  @inlinable package func start(ofLast labels: Int) -> Int {
    labels <= 0 ? count &- 1 : labels >= labelCount ? 0 : Int(starts.span[labelCount &- labels])
  }

  /// A copy of `suffix(labels:)`.
  package func copy(labels: Int) -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(suffix(labels: labels))
    return copy
  }

  /// The bytes of the last `labels` labels: the name's ancestor with so many.
  @_lifetime(borrow self)
  @inlinable package func suffix(labels: Int) -> Span<UInt8> {
    bytes.span.extracting(start(ofLast: labels)..<count)
  }
}
