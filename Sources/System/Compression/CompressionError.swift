// What can go wrong in encoding.

/// Errors of encoders. None is a matter of the content: any bytes can be encoded.
package enum CompressionError: Error, Equatable, Sendable {
  /// There was no memory for the encoder's state.
  case outOfMemory
  /// The library refused to go on; its result is told. The content can't be completed.
  case encoderFailed(Int)
}
