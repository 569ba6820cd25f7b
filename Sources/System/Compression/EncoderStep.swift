// How far an encoder came.

/// How far one step of an encoder came.
package struct EncoderStep: Equatable, Sendable {
  /// Bytes taken of the input.
  package let consumed: Int

  /// Everything was taken, and what the operation asks to be written is written. Otherwise more
  /// room is needed.
  package let isDone: Bool
}
