// gzip by ISA-L.

import CCompression
package import Primitives

/// Encodes gzip (RFC 1952). ISA-L does it at four to six times the speed of zlib's level 1, with a
/// better ratio from level 1 on, and in pieces of any size.
@safe package final class GzipEncoder: ContentEncoder {
  package static let levels = 1...3

  /// The most memory that an encoder takes, in bytes.
  package static let mostMemoryBytes = 240 << 10

  package let stepBytes: Int
  package let memoryBytes: Int
  private let level: Int32
  private let state: UnsafeMutableRawBufferPointer
  private let buffer: UnsafeMutableRawBufferPointer

  /// An encoder of `level`, 1 (fastest) to 3 (smallest). Its memory is 160 to 230 KiB.
  package init(level: Int) {
    precondition(Self.levels.contains(level))
    self.level = Int32(level)
    stepBytes =
      level == 3 ? CompressionLimits.gzipSlowStepBytes : CompressionLimits.gzipStepBytes
    // Safe: both blocks are owned by this object alone and freed in `deinit`.
    unsafe state = .allocate(byteCount: skerry_gzip_state_bytes(), alignment: 64)
    unsafe buffer = .allocate(byteCount: skerry_gzip_level_bytes(Int32(level)), alignment: 64)
    memoryBytes = unsafe state.count + buffer.count
  }

  deinit {
    unsafe state.deallocate()
    unsafe buffer.deallocate()
  }

  /// Starts a new content; cheap, the memory is kept.
  package func begin() throws(CompressionError) {
    // Safe: the blocks have the sizes that the library asked for.
    unsafe skerry_gzip_begin(state.baseAddress, level, buffer.baseAddress, buffer.count)
  }

  package func encode(
    _ input: Span<UInt8>, _ operation: EncoderOperation, into output: ByteStorage
  ) throws(CompressionError) -> EncoderStep {
    precondition(input.count <= stepBytes && output.free > 0)
    var left = input.count
    var result: Int32 = 0
    // Safe: the library reads `left` bytes of the span and writes into the free part alone; it keeps
    // a copy of what it needs later.
    unsafe input.withUnsafeBufferPointer { source in
      _ = unsafe output.fill { room in
        var next = source.baseAddress
        var position = unsafe room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var free = room.count
        unsafe result = skerry_gzip_encode(
          state.baseAddress, operation.code, &next, &left, &position, &free)
        return room.count - free
      }
    }
    guard result >= 0 else { throw .encoderFailed(Int(result)) }
    return EncoderStep(consumed: input.count - left, isDone: result == 1)
  }
}

extension EncoderOperation {
  fileprivate var code: Int32 {
    switch self {
    case .process: Int32(SKERRY_ENCODE_PROCESS)
    case .flush: Int32(SKERRY_ENCODE_FLUSH)
    case .finish: Int32(SKERRY_ENCODE_FINISH)
    }
  }
}
