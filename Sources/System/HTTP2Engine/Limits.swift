// Limits of the engine itself; those that a driver sets are in HTTP2Limits.swift.

/// Bounds of what a session remembers, whatever its driver says.
enum Limits {
  /// Streams that we reset and for which late frames are ignored (RFC 9113 section 5.1); the
  /// oldest are forgotten, a late frame on those ends the connection with STREAM_CLOSED.
  static let rememberedResets = 256
  /// Gaps in the peer's stream identifiers that are remembered, for the right error code only.
  static let rememberedGaps = 8
  /// Closed stream objects that are kept for reuse per loop, of about 200 bytes each; more are
  /// freed.
  static let spareStreams = 512
  /// Blocks of nghttp2's memory up to this size are kept for reuse, in bytes; a stream's are below.
  static let pooledBlockBytes = 1 << 10
  /// Free blocks that are kept per loop, in bytes: those of some hundred streams; more are freed.
  static let pooledBytes = 512 << 10
  /// DATA with less content than this, in bytes, is counted as small: it costs more to take than it carries.
  static let smallDataBytes = 64
  /// What of a stream's content must go for its peer to be given more time, in bytes, unless all of it
  /// goes: a reader of single bytes is cut off.
  static let takenBytes = 4 << 10
  /// A credit that was earned never exceeds this many times its basic count.
  static let earnedFactor = 64
}
