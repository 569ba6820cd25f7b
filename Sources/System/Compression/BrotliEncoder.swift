// Brotli by its reference library.

import CCompression
package import Primitives

/// Encodes Brotli (RFC 7932).
///
/// The library works on 64 KiB and more at once, milliseconds of it. Here each block is flushed, so
/// that a step stays short; that costs 1 to 2 % of the ratio.
@safe package final class BrotliEncoder: ContentEncoder {
  package static let qualities = 2...5

  /// The most memory that an encoder takes, in bytes, as measured.
  package static let mostMemoryBytes = 1_200 << 10

  package let stepBytes: Int
  private let quality: UInt32
  private let memory = EncoderMemory()
  private var state: OpaquePointer?
  /// Bytes taken since the last block was ended.
  private var blockBytes = 0
  /// The operation of the block that is being ended.
  private var isEnding = false

  /// An encoder of `quality`, 2 (fastest) to 5 (smallest). Its memory is 0.6 to 1.1 MiB.
  package init(quality: Int) {
    precondition(Self.qualities.contains(quality))
    self.quality = UInt32(quality)
    stepBytes =
      quality < 4 ? CompressionLimits.brotliBlockBytes : CompressionLimits.brotliSlowBlockBytes
    unsafe state = nil
  }

  deinit { unsafe BrotliEncoderDestroyInstance(state) }

  package var memoryBytes: Int { memory.bytes }

  /// Starts a new content; cheap, the memory is kept.
  package func begin() throws(CompressionError) {
    // Safe: the library calls back with the address of `memory`, which outlives every state.
    unsafe BrotliEncoderDestroyInstance(state)
    unsafe state = BrotliEncoderCreateInstance(
      { unsafe EncoderMemory.of($0).allocate($1) }, { unsafe EncoderMemory.of($0).free($1) },
      Unmanaged.passUnretained(memory).toOpaque())
    guard unsafe state != nil else { throw .outOfMemory }
    unsafe BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, quality)
    unsafe BrotliEncoderSetParameter(
      state, BROTLI_PARAM_LGWIN, CompressionLimits.brotliWindowBits)
    blockBytes = 0
    isEnding = false
  }

  package func encode(
    _ input: Span<UInt8>, _ operation: EncoderOperation, into output: ByteStorage
  ) throws(CompressionError) -> EncoderStep {
    precondition(input.count <= stepBytes && output.free > 0)
    // A block ends when it is full; while it is being written the library takes nothing.
    let given = isEnding ? 0 : min(input.count, stepBytes - blockBytes)
    let isLast = given == input.count
    let isFull = blockBytes + given == stepBytes
    let own: EncoderOperation =
      isLast && operation != .process ? operation : isFull || isEnding ? .flush : .process
    let consumed = try step(input.extracting(0..<given), own, output)
    let isWritten = consumed == given && !hasMoreOutput
    blockBytes = isWritten && own != .process ? 0 : blockBytes + consumed
    isEnding = !isWritten && own != .process && consumed == given
    return EncoderStep(consumed: consumed, isDone: isWritten && isLast)
  }

  private var hasMoreOutput: Bool { unsafe BrotliEncoderHasMoreOutput(state) != 0 }

  /// One call of the library; how many bytes it took.
  private func step(
    _ input: Span<UInt8>, _ operation: EncoderOperation, _ output: ByteStorage
  ) throws(CompressionError) -> Int {
    var left = input.count
    var isSound = false
    // Safe: the library reads `left` bytes of the span and writes into the free part alone; it keeps
    // a copy of what it needs later.
    unsafe input.withUnsafeBufferPointer { source in
      _ = unsafe output.fill { room in
        var next = source.baseAddress
        var position = unsafe room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        var free = room.count
        isSound =
          unsafe BrotliEncoderCompressStream(
            state, operation.code, &left, &next, &free, &position, nil) != 0
        return room.count - free
      }
    }
    guard isSound else { throw .encoderFailed(0) }
    return input.count - left
  }
}

extension EncoderOperation {
  fileprivate var code: BrotliEncoderOperation {
    switch self {
    case .process: BROTLI_OPERATION_PROCESS
    case .flush: BROTLI_OPERATION_FLUSH
    case .finish: BROTLI_OPERATION_FINISH
    }
  }
}
