// How many responses of a zone are being coded.

/// The encoders that a zone has at work on one loop, whatever its configuration was when they began.
/// Confined to its loop.
package final class ZoneEncoders: @unchecked Sendable {
  // Confined to its loop.
  private(set) var count = 0
  /// Memory of these, in bytes.
  private(set) var bytes = 0

  package init() {}

  func began(_ kind: EncoderKind) {
    count += 1
    bytes += kind.memoryBytes
  }

  func ended(_ kind: EncoderKind) {
    precondition(count > 0)
    count -= 1
    bytes -= kind.memoryBytes
  }
}
