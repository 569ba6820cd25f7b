// Copying into a span that can be written.

extension MutableSpan where Element == UInt8 {
  /// Writes a copy of `source` at `offset` by one move of memory; it must fit.
  @_lifetime(self: copy self)
  @inlinable package mutating func copy(_ source: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && offset <= count && source.count <= count &- offset)
    // Safe: the bounds were just checked, and both spans are borrowed for the call.
    unsafe withUnsafeMutableBufferPointer { target in
      unsafe source.withUnsafeBufferPointer { from in
        guard let to = target.baseAddress, let start = from.baseAddress else { return }
        unsafe (to + offset).update(from: start, count: from.count)
      }
    }
  }
}
