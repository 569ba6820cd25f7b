// The one place where heap bytes are owned: a fixed block, filled once, then shared read-only.

/// A fixed-capacity block of bytes that is filled from the front and then shared.
///
/// Filling (`append`, `fill`) is for the single owner before the block is handed out as `Bytes`;
/// bytes below `count` never change afterwards, which is why sharing it between threads is safe.
@safe @usableFromInline package final class ByteStorage: @unchecked Sendable {
  @usableFromInline package let capacity: Int
  @usableFromInline var filled = 0
  @usableFromInline let base: UnsafeMutableRawPointer
  /// The descriptor of the file that has the same bytes from its start, for sends that copy nothing;
  /// -1 if there is none.
  @usableFromInline package let file: Int32
  /// What owns the bytes and the file if it is not this object.
  private let owner: AnyObject?
  /// Who lends the bytes, if they are only for the kernel to send.
  @usableFromInline package let loan: FileLoan?

  package init(capacity: Int) {
    precondition(capacity >= 0)
    self.capacity = capacity
    file = -1
    owner = nil
    loan = nil
    // Safe: `base` is owned by this object alone and freed in `deinit`.
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: max(capacity, 1), alignment: 16)
  }

  /// `count` bytes at `base`, which never change while `owner` lives and are the first ones of `file`.
  package init(mapped base: UnsafeMutableRawPointer, count: Int, file: Int32, owner: AnyObject) {
    capacity = count
    filled = count
    unsafe self.base = base
    self.file = file
    self.owner = owner
    loan = nil
  }

  /// The same of a file on a disk, for the kernel to send only.
  package init(lent base: UnsafeMutableRawPointer, count: Int, file: Int32, by loan: FileLoan) {
    capacity = count
    filled = count
    unsafe self.base = base
    self.file = file
    self.loan = loan
    owner = loan
  }

  deinit { if owner == nil { unsafe base.deallocate() } }

  /// Bytes that have been filled.
  @inlinable package var count: Int { filled }

  /// Bytes that can still be filled.
  @inlinable package var free: Int { capacity - filled }

  /// Appends as much of `source` as fits and returns how much that was.
  @inlinable package func append(_ source: Span<UInt8>) -> Int {
    let length = min(source.count, free)
    // Safe: `length` is within both blocks, and they can't overlap.
    unsafe source.withUnsafeBufferPointer { from in
      if let start = from.baseAddress, length > 0 {
        unsafe (base + filled).copyMemory(from: start, byteCount: length)
      }
    }
    filled += length
    return length
  }

  /// Lets `body` write into the free part; `body` returns how many bytes it wrote.
  @inlinable package func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    let room = unsafe UnsafeMutableRawBufferPointer(start: base + filled, count: free)
    let written = unsafe body(room)
    precondition(written >= 0 && written <= free)
    filled += written
    return written
  }
}
