// Bytes that the kernel can send without copying them.

package import Primitives
import CLinux
import Synchronization

/// A file in memory, without a name, that is filled once and then sent from.
///
/// Its pages live until the last `Bytes` of it is gone and no socket has any of them to send: they
/// are never used again for something else meanwhile, as heap memory would be.
@safe package final class MemoryFile: @unchecked Sendable {
  // Filled by its one owner; immutable once `bytes` has lent it out.
  private let descriptor: Int32
  private var count = 0
  private var mapping: UnsafeMutableRawPointer?

  private static let openCount = Atomic<Int>(0)

  /// Makes an empty file; nil if there are as many as the limit of open files allows, or the kernel
  /// has no memory for one: then the heap must do.
  package init?() {
    let limit = min(
      RuntimeLimits.memoryFiles,
      Int(skerry_descriptor_limit()) / RuntimeLimits.descriptorsPerMemoryFile)
    guard Self.openCount.load(ordering: .relaxed) < limit else { return nil }
    descriptor = skerry_memory_file()
    guard descriptor >= 0 else { return nil }
    Self.openCount.add(1, ordering: .relaxed)
  }

  deinit {
    if let mapping = unsafe mapping { unsafe skerry_unmap(mapping, count) }
    guard descriptor >= 0 else { return }
    skerry_close(descriptor)
    Self.openCount.subtract(1, ordering: .relaxed)
  }

  /// Appends all of `source`; false if there is no memory for it.
  package func append(_ source: Span<UInt8>) -> Bool {
    // Safe: borrowed for the calls, and `written` is within it.
    unsafe source.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count, let start = buffer.baseAddress {
        let result = unsafe skerry_write_at(
          descriptor, start + written, buffer.count - written, Int64(count))
        guard result > 0 else { return false }
        written += Int(result)
        count += Int(result)
      }
      return true
    }
  }

  /// Everything that was appended; nil if it can't be mapped. Called once, by the owner.
  package func bytes() -> Bytes? {
    // Safe: the mapping is read-only, ends with this object, and nobody writes to the file any more.
    guard count > 0, let base = unsafe skerry_map_file(descriptor, count) else { return nil }
    unsafe mapping = base
    unsafe skerry_collapse(base, count)
    let storage = unsafe ByteStorage(mapped: base, count: count, file: descriptor, owner: self)
    return Bytes(storage, offset: 0, count: count)
  }
}
