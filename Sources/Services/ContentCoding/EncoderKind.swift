// Which encoder.

import Compression
import HTTP

/// A coding with its level: encoders of one kind can take each other's place.
enum EncoderKind: Equatable, Sendable {
  case gzip(level: Int)
  case brotli(quality: Int)

  /// The kind for a coding of a zone; nil for identity.
  init?(_ coding: ContentCoding, _ configuration: CompressionConfiguration) {
    switch coding {
    case .identity: return nil
    case .gzip: self = .gzip(level: configuration.gzipLevel)
    case .brotli: self = .brotli(quality: configuration.brotliQuality)
    }
  }

  /// The most memory that an encoder of the kind takes, in bytes.
  var memoryBytes: Int {
    switch self {
    case .gzip: GzipEncoder.mostMemoryBytes
    case .brotli: BrotliEncoder.mostMemoryBytes
    }
  }

  func makeEncoder() -> any ContentEncoder {
    switch self {
    case .gzip(let level): GzipEncoder(level: level)
    case .brotli(let quality): BrotliEncoder(quality: quality)
    }
  }
}
