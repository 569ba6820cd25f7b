// An immutable, shared slice of bytes: what bodies are made of.

/// An immutable slice of a `ByteStorage`; copying it copies a reference.
@usableFromInline package struct Bytes: Sendable {
  @usableFromInline let storage: ByteStorage
  @usableFromInline let offset: Int
  @usableFromInline package let count: Int

  /// The filled part of `storage` from `offset`, `count` bytes long.
  @inlinable package init(_ storage: ByteStorage, offset: Int, count: Int) {
    precondition(offset >= 0 && count >= 0 && offset + count <= storage.count)
    self.storage = storage
    self.offset = offset
    self.count = count
  }

  /// A copy of `array`.
  package init(_ array: [UInt8]) {
    let storage = ByteStorage(capacity: array.count)
    _ = storage.append(array.span)
    self.init(storage, offset: 0, count: array.count)
  }

  /// A copy of `source`.
  package init(copying source: Span<UInt8>) {
    let storage = ByteStorage(capacity: source.count)
    _ = storage.append(source)
    self.init(storage, offset: 0, count: source.count)
  }

  @usableFromInline package static let empty = Bytes([])

  @inlinable package var isEmpty: Bool { count == 0 }

  /// Memory that this slice keeps alive, in bytes.
  @inlinable package var retainedBytes: Int { storage.capacity }

  /// The descriptor of a file that holds these bytes from `fileOffset`; -1 if they lie in memory only.
  @inlinable package var file: Int32 { storage.file }

  /// Where the bytes begin in `file`.
  @inlinable package var fileOffset: Int { offset }

  /// Who lends them, if they are only for the kernel to send: they must not be read.
  @inlinable package var loan: FileLoan? { storage.loan }

  /// Whether the first `length` bytes can be sent without waiting for a disk.
  package func isInMemory(upTo length: Int) -> Bool {
    storage.loan?.isInMemory(offset, min(length, count)) ?? true
  }

  /// The part of this slice in `range`, sharing the storage.
  @inlinable package func slice(_ range: Range<Int>) -> Bytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return Bytes(storage, offset: offset + range.lowerBound, count: range.count)
  }

  /// What follows the first `length` bytes, sharing the storage; empty if there are not so many.
  @inlinable package func dropFirst(_ length: Int) -> Bytes { slice(min(length, count)..<count) }

  /// Lends the bytes to `body`; the span can't leave it.
  @inlinable package func withSpan<Result, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    assert(storage.loan == nil, "what is lent is sent, not read")
    // Safe: the storage lives as long as this value, and bytes below its count never change.
    let pointer = unsafe UnsafeRawPointer(storage.base + offset)
      .assumingMemoryBound(to: UInt8.self)
    return try body(unsafe Span(_unsafeStart: pointer, count: count))
  }

  /// For system calls and C libraries, under System/ only.
  @inlinable package func withUnsafeBytes<Result, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Result
  ) throws(E) -> Result {
    assert(storage.loan == nil, "what is lent is sent, not read")
    return try unsafe body(
      UnsafeRawBufferPointer(start: UnsafeRawPointer(storage.base + offset), count: count))
  }

  /// A copy for callers that need an array; bodies in passing use `withSpan`.
  package func array() -> [UInt8] {
    var result: [UInt8] = []
    withSpan { result.append($0) }
    return result
  }
}
