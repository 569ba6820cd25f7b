// The memory that nghttp2 works in: blocks are kept for reuse, so that a stream costs no malloc.

import CNghttp2
import Glibc

/// Allocator of the nghttp2 sessions of one loop: lists of free blocks by size.
///
/// nghttp2 allocates half a dozen small objects for each stream. A block carries its size in front
/// of it, so that `free` knows its list.
///
/// Unchecked: confined to its loop, as the sessions are, which keep it alive.
@safe final class NativeMemory: @unchecked Sendable {
  /// What lies in front of a block; as long as malloc's alignment.
  private struct Header {
    /// Number of the block's list, -1 if it came from malloc alone.
    var list: Int
    /// Bytes behind the header.
    var size: Int
  }

  private static let step = 64
  private static let headerSize = MemoryLayout<Header>.stride

  /// The first free block of each list; the next one's address lies in the block.
  private var lists = unsafe [UnsafeMutableRawPointer?](
    repeating: nil, count: Limits.pooledBlockBytes / step)
  private var pooledBytes = 0

  deinit {
    for list in unsafe lists.indices {
      while let block = unsafe lists[list] {
        unsafe lists[list] = next(block)
        unsafe Glibc.free(block - Self.headerSize)
      }
    }
  }

  /// The functions for nghttp2, which copies the table.
  var table: nghttp2_mem {
    unsafe nghttp2_mem(
      // Safe: every session keeps its `HTTP2Scratch`, and so this object, until it is freed.
      mem_user_data: Unmanaged.passUnretained(self).toOpaque(),
      malloc: { size, user in unsafe NativeMemory.with(user) { unsafe $0.allocate(size) } },
      free: { block, user in unsafe NativeMemory.with(user) { unsafe $0.release(block) } },
      calloc: { count, size, user in
        let (bytes, overflows) = count.multipliedReportingOverflow(by: size)
        guard !overflows,
          let block = unsafe NativeMemory.with(user, { unsafe $0.allocate(bytes) })
        else { return nil }
        return unsafe memset(block, 0, bytes)
      },
      realloc: { block, size, user in
        unsafe NativeMemory.with(user) { unsafe $0.resize(block, to: size) }
      })
  }

  private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    let list = max(size - 1, 0) / Self.step
    guard unsafe list < lists.count else { return unsafe fresh(list: -1, size: size) }
    guard let block = unsafe lists[list] else {
      return unsafe fresh(list: list, size: (list + 1) * Self.step)
    }
    unsafe lists[list] = next(block)
    pooledBytes -= (list + 1) * Self.step
    return unsafe block
  }

  private func release(_ block: UnsafeMutableRawPointer?) {
    guard let block = unsafe block else { return }
    let header = unsafe header(of: block)
    guard header.list >= 0, pooledBytes + header.size <= Limits.pooledBytes else {
      return unsafe Glibc.free(block - Self.headerSize)
    }
    unsafe block.storeBytes(of: lists[header.list], as: UnsafeMutableRawPointer?.self)
    unsafe lists[header.list] = block
    pooledBytes += header.size
  }

  private func resize(
    _ block: UnsafeMutableRawPointer?, to size: Int
  ) -> UnsafeMutableRawPointer? {
    guard let block = unsafe block else { return unsafe allocate(size) }
    let old = unsafe header(of: block).size
    guard size > old else { return unsafe block }
    guard let larger = unsafe allocate(size) else { return nil }
    unsafe memcpy(larger, block, old)
    unsafe release(block)
    return unsafe larger
  }

  private func fresh(list: Int, size: Int) -> UnsafeMutableRawPointer? {
    guard let memory = unsafe Glibc.malloc(Self.headerSize + size) else { return nil }
    unsafe memory.storeBytes(of: Header(list: list, size: size), as: Header.self)
    return unsafe memory + Self.headerSize
  }

  private func header(of block: UnsafeMutableRawPointer) -> Header {
    // Safe: every block that nghttp2 has came from `fresh`.
    unsafe (block - Self.headerSize).load(as: Header.self)
  }

  /// The free block behind a free block.
  private func next(_ block: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    unsafe block.load(as: UnsafeMutableRawPointer?.self)
  }

  /// Lends the object behind nghttp2's pointer to `body`, without counting references: a dozen calls come
  /// for each stream.
  @inline(__always)
  private static func with<Result>(
    _ user: UnsafeMutableRawPointer?, _ body: (NativeMemory) -> Result
  ) -> Result {
    // Safe: `table` put the pointer there.
    guard let user = unsafe user else { preconditionFailure("nghttp2 lost its memory") }
    return unsafe Unmanaged<NativeMemory>.fromOpaque(user)._withUnsafeGuaranteedRef(body)
  }
}
