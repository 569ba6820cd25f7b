// An encoder at work for one response.

import Compression
import Exchange
import Primitives

/// An encoder that one response has until `end`. Confined to one loop.
final class EncoderLease {
  private let kind: EncoderKind
  private let pool: EncoderPool
  private let zone: ZoneEncoders
  private var encoder: (any ContentEncoder)?

  /// Takes an encoder; nil if the zone has `limit` at work, or as much memory as it may.
  init?(_ kind: EncoderKind, _ pool: EncoderPool, _ zone: ZoneEncoders, limit: Int) {
    guard zone.count < limit, pool.hasRoom(for: kind, beside: zone.bytes),
      let encoder = pool.take(kind)
    else { return nil }
    zone.began(kind)
    self.kind = kind
    self.pool = pool
    self.zone = zone
    self.encoder = encoder
  }

  deinit { end() }

  /// Bytes that one step may be given; 0 after the end.
  var stepBytes: Int { encoder?.stepBytes ?? 0 }

  /// One step of the encoder (`ContentEncoder.encode`).
  func encode(
    _ input: Bytes, _ operation: EncoderOperation, into output: ByteStorage
  ) throws(Failure) -> EncoderStep {
    guard let encoder else { throw Failure(.internalError, "the encoder has ended") }
    do throws(CompressionError) {
      return try input.withSpan { (span) throws(CompressionError) in
        try encoder.encode(span, operation, into: output)
      }
    } catch {
      throw Failure(.internalError, "the response could not be coded: \(error)")
    }
  }

  /// Codes a whole content of `count` bytes, which takes about one step; nil if that fails.
  func encodeAtOnce(_ pieces: [Bytes], _ count: Int) -> Bytes? {
    // More than the content only if that can't be compressed, and then by little.
    let output = ByteStorage(capacity: count + count / 8 + 256)
    do throws(Failure) {
      for piece in pieces where !piece.isEmpty {
        guard try encode(piece, .process, into: output).consumed == piece.count else { return nil }
      }
      guard try encode(.empty, .finish, into: output).isDone else { return nil }
    } catch {
      // The content is at hand as it is.
      return nil
    }
    return output.trimmed
  }

  /// Gives the encoder back; harmless when done before.
  func end() {
    guard let encoder else { return }
    self.encoder = nil
    zone.ended(kind)
    pool.give(encoder, kind)
  }
}
