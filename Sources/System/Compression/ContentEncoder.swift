// What all encoders can do.

package import Primitives

/// Encodes one content after another: spans in, bytes out, in bounded steps.
///
/// Confined to one loop. Its memory is kept from one content to the next, so that a pooled encoder
/// allocates nothing in steady state.
package protocol ContentEncoder: AnyObject {
  /// Bytes that one call of `encode` may be given, so that it takes about 100 us at most.
  var stepBytes: Int { get }

  /// Memory that it holds on to, in bytes.
  var memoryBytes: Int { get }

  /// Starts a new content, whatever became of the one before.
  func begin() throws(CompressionError)

  /// Encodes from `input`, at most `stepBytes`, into the free part of `output`, which has room.
  ///
  /// Until the step `isDone` the same operation is called again with what is left of the input.
  /// After an error only `begin` may be called.
  func encode(
    _ input: Span<UInt8>, _ operation: EncoderOperation, into output: ByteStorage
  ) throws(CompressionError) -> EncoderStep
}
