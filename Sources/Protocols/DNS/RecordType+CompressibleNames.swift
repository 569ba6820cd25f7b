// Which contents begin with names that a message may compress.

extension RecordType {
  /// Where names lie in the content that may be written as pointers, and how many follow one
  /// another there: those of RFC 1035 alone (RFC 3597 section 4).
  @inline(__always) var compressibleNames: (offset: Int, count: Int) {
    switch rawValue {
    case 2, 5, 12: (0, 1)
    case 6: (0, 2)
    case 15: (2, 1)
    default: (0, 0)
    }
  }
}
