// What an encoder is asked to do.

/// What an encoder does with its input.
package enum EncoderOperation: Sendable {
  /// Takes it; output comes when the encoder sees fit.
  case process
  /// Writes out everything that it was given, so that the receiver can decode all of it.
  case flush
  /// Ends the content.
  case finish
}
