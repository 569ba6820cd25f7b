// What a zone may say about coding its responses.

import Compression
package import HTTP

/// The compression settings of a zone.
package struct CompressionConfiguration: Equatable, Sendable {
  package var isEnabled = true

  /// The codings that are applied, at least one; where a client likes several equally, the first of
  /// these. Never `identity`.
  package var codings: [ContentCoding] = [.brotli, .gzip]

  /// Content types that are coded: `type/subtype`, with at most one star for any characters.
  package var mediaTypes = Self.usualMediaTypes

  /// Shorter contents are not worth it, in bytes. Contents of unknown length are coded.
  package var minimumBytes = 1_024

  /// 1 (fastest) to 3 (smallest).
  package var gzipLevel = 2

  /// 2 (fastest) to 5 (smallest).
  package var brotliQuality = 3

  /// Responses of the zone that are coded at the same time on one loop; further ones go out as they
  /// are.
  package var concurrentResponses = 256

  package init() {}

  /// Whether all values are ones that `init(_:_:)` would take; what a damaged or later store holds may
  /// not be.
  package var isUsable: Bool {
    GzipEncoder.levels.contains(gzipLevel) && BrotliEncoder.qualities.contains(brotliQuality)
      && minimumBytes >= 0 && concurrentResponses > 0
  }

  /// Text in all its forms, and what else is not compressed by nature.
  package static let usualMediaTypes = [
    "text/*", "application/javascript", "application/json", "application/xml",
    "application/*+json", "application/*+xml", "application/wasm", "application/x-javascript",
    "application/vnd.ms-fontobject", "font/ttf", "font/otf", "image/svg+xml", "image/bmp",
  ]
}
