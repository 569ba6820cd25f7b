// The memory of a library that can't be told to keep it.

/// Blocks of memory for one encoder, kept from one content to the next.
///
/// Brotli has no way to start again with a state: it frees all and allocates the same once more,
/// which would be page faults on hundreds of kilobytes for each content.
@safe final class EncoderMemory {
  private var blocks: [Block] = []
  /// Bytes of all blocks, in use or not.
  private(set) var bytes = 0

  /// One block, and whether the library has it.
  @safe private struct Block {
    let memory: UnsafeMutableRawBufferPointer
    var isInUse = true

    init(bytes: Int) { unsafe memory = .allocate(byteCount: bytes, alignment: 16) }

    var bytes: Int { unsafe memory.count }
    func isAt(_ pointer: UnsafeMutableRawPointer?) -> Bool { unsafe memory.baseAddress == pointer }
    func deallocate() { unsafe memory.deallocate() }
  }

  deinit {
    for block in blocks { block.deallocate() }
  }

  /// The object that a callback's `pointer` stands for.
  // Safe: only `BrotliEncoder` makes such pointers, from the object that it keeps.
  static func of(_ pointer: UnsafeMutableRawPointer?) -> EncoderMemory {
    guard let pointer = unsafe pointer else { preconditionFailure("a callback without its object") }
    return unsafe Unmanaged<EncoderMemory>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// A block of at least `count` bytes: the smallest free one that is not much too large, else new.
  // Safe: a block is handed out once until it is freed, and lives as long as this object.
  func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    var best: Int?
    for index in blocks.indices where !blocks[index].isInUse {
      let size = blocks[index].bytes
      guard size >= count, size <= count * 2 + 64 else { continue }
      if let other = best, blocks[other].bytes <= size { continue }
      best = index
    }
    if let best {
      blocks[best].isInUse = true
      return unsafe blocks[best].memory.baseAddress
    }
    let block = Block(bytes: max(count, 1))
    blocks.append(block)
    bytes += block.bytes
    return unsafe block.memory.baseAddress
  }

  /// Keeps the block for the next content, unless there are many already.
  func free(_ pointer: UnsafeMutableRawPointer?) {
    guard let index = blocks.firstIndex(where: { unsafe $0.isAt(pointer) }) else { return }
    guard blocks.count > CompressionLimits.keptBlocks else {
      blocks[index].isInUse = false
      return
    }
    bytes -= blocks[index].bytes
    blocks.remove(at: index).deallocate()
  }
}
