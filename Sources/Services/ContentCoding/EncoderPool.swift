// The encoders of one loop.

import Compression

/// Encoders of one loop, kept for the next response: a state is hundreds of kilobytes.
///
/// Confined to its loop.
package final class EncoderPool: @unchecked Sendable {
  // Confined to its loop.
  private var idle: [(kind: EncoderKind, encoder: any ContentEncoder)] = []
  /// Memory of encoders at work, in bytes.
  package private(set) var busyBytes = 0
  /// Memory of encoders that wait for work, in bytes.
  package private(set) var idleBytes = 0
  /// Encoders at work.
  package private(set) var busyCount = 0

  package init() {}

  /// Whether a zone whose encoders at work have `own` bytes may have one more: as much is left for others
  /// then as the zone has (half for one zone alone, a third for each of two), so that no number of zones
  /// takes all.
  func hasRoom(for kind: EncoderKind, beside own: Int) -> Bool {
    own + kind.memoryBytes <= ContentCodingLimits.encoderBytes - busyBytes - kind.memoryBytes
  }

  /// An encoder that has begun a content; nil if there is no memory for one more.
  func take(_ kind: EncoderKind) -> (any ContentEncoder)? {
    let encoder: any ContentEncoder
    if let index = idle.lastIndex(where: { $0.kind == kind }) {
      encoder = idle.remove(at: index).encoder
      idleBytes -= encoder.memoryBytes
    } else {
      encoder = kind.makeEncoder()
    }
    do throws(CompressionError) { try encoder.begin() } catch {
      // Out of memory: the response goes out as it is.
      return nil
    }
    busyBytes += kind.memoryBytes
    busyCount += 1
    return encoder
  }

  /// Takes an encoder back, whatever became of its content.
  func give(_ encoder: any ContentEncoder, _ kind: EncoderKind) {
    precondition(busyCount > 0)
    busyBytes -= kind.memoryBytes
    busyCount -= 1
    idle.append((kind, encoder))
    idleBytes += encoder.memoryBytes
    while idleBytes > ContentCodingLimits.idleEncoderBytes, !idle.isEmpty {
      idleBytes -= idle.removeFirst().encoder.memoryBytes
    }
  }
}
