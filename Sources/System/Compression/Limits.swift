// Every bound of the encoders, with its unit, its reason, and what happens at it.

/// Bounds of encoding.
package enum CompressionLimits {
  /// Bytes that one step of gzip takes at most, at levels 1 and 2: 35 to 60 us of work.
  static let gzipStepBytes = 16 << 10

  /// The same at level 3, which is three times slower.
  static let gzipSlowStepBytes = 8 << 10

  /// Bytes of a Brotli block at qualities 2 and 3. The library encodes a block in one piece, so its
  /// size is what one step costs: about 100 us.
  static let brotliBlockBytes = 6 << 10

  /// The same at qualities 4 and 5: about 150 us.
  static let brotliSlowBlockBytes = 4 << 10

  /// The binary logarithm of Brotli's window. 64 KiB: larger ones cost memory for each stream (9 MiB
  /// at 22) and won nothing on pages of 60 to 250 KB.
  static let brotliWindowBits: UInt32 = 16

  /// Blocks of memory that an encoder keeps for its next content; more are given back.
  static let keptBlocks = 32
}
