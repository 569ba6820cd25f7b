// Every bound of content coding, with its unit, its reason, and what happens at it.

/// Bounds of coding responses.
package enum ContentCodingLimits {
  /// Media types that a zone may list; more are refused.
  static let mediaTypes = 200

  /// The length of a media type, in characters; longer ones are refused.
  static let mediaTypeBytes = 128

  /// Time that a response may be coded in one piece, in nanoseconds; then other work has its turn.
  /// A step may go on for as long again.
  static let turnNanoseconds: UInt64 = 50_000

  /// Bytes of a piece of coded content. A piece that is not full after a flush is copied to its size.
  static let pieceBytes = 16 << 10

  /// Memory of encoders at work on one loop, in bytes. A zone may have as much of it as is left; beyond that
  /// its responses go out as they are.
  static let encoderBytes = 256 << 20

  /// Memory of encoders that a loop keeps for later, in bytes; more are let go of.
  static let idleEncoderBytes = 16 << 20
}
