// The secret of one direction and what follows from it.

import COpenSSL
import Primitives

/// Keys of one direction of a connection, with the number of its next record.
///
/// Confined to the loop of its connection. Everything secret is overwritten when it goes.
final class TrafficKeys {
  let contexts: CipherContexts
  let isSealing: Bool
  /// Records protected so far by the present key (RFC 8446 section 5.3).
  var sequence: UInt64

  private var secret = InlineArray<48, UInt8>(repeating: 0)
  private var key = InlineArray<32, UInt8>(repeating: 0)
  private var vector = InlineArray<12, UInt8>(repeating: 0)
  /// Which context held this key last, and under which mark (see `CipherContexts`).
  private var place = CipherContexts.Place()

  /// Keys that follow from a traffic secret, which has the length of the suite's hash.
  init(_ secret: Span<UInt8>, contexts: CipherContexts, isSealing: Bool, sequence: UInt64 = 0) {
    precondition(secret.count == contexts.suite.secretBytes)
    self.contexts = contexts
    self.isSealing = isSealing
    self.sequence = sequence
    for index in 0..<secret.count { self.secret[index] = secret[index] }
    derive()
  }

  deinit {
    contexts.forget(place)
    secret.wipe()
    key.wipe()
    vector.wipe()
  }

  /// The next generation (RFC 8446 section 7.2).
  func update() {
    let suite = contexts.suite
    var next = HKDF.expand(
      secret.span.extracting(0..<suite.secretBytes), label: "traffic upd", hash: suite.hash,
      length: suite.secretBytes)
    secret = next
    next.wipe()
    contexts.forget(place)
    place = CipherContexts.Place()
    sequence = 0
    derive()
  }

  private func derive() {
    let suite = contexts.suite
    let secret = secret.span.extracting(0..<suite.secretBytes)
    var bytes = HKDF.expand(secret, label: "key", hash: suite.hash, length: suite.keyBytes)
    for index in 0..<suite.keyBytes { key[index] = bytes[index] }
    bytes.wipe()
    bytes = HKDF.expand(secret, label: "iv", hash: suite.hash, length: vector.count)
    for index in 0..<vector.count { vector[index] = bytes[index] }
    bytes.wipe()
  }

  /// Runs `body` with a context that has this key and the nonce of the next record, and counts that
  /// record if `body` returns 1.
  @unsafe @inline(__always) func withContext(
    _ body: (OpaquePointer, UnsafePointer<UInt8>?) -> Int32
  ) -> Bool {
    guard let context = unsafe contexts.context(at: &place, key: key.span, isSealing: isSealing)
    else { return false }
    // Section 5.3: the record's number, big-endian and filled up on the left, over the vector.
    var nonce = vector
    for index in 0..<8 {
      nonce[4 + index] ^= UInt8(truncatingIfNeeded: sequence >> (56 - 8 * UInt64(index)))
    }
    // Safe: the pointer is used within the closure only.
    let result = unsafe nonce.span.withUnsafeBufferPointer { unsafe body(context, $0.baseAddress) }
    guard result == 1 else { return false }
    sequence += 1
    return true
  }
}
