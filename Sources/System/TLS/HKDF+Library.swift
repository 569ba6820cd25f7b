// Our key derivation in the library's handshakes.

import COpenSSL
import Primitives

extension HKDF {
  /// Makes the library derive by us in contexts of `skerry_ctx_new`; once, before any.
  static func install() -> Bool {
    unsafe skerry_kdf_install { request in
      guard let request = unsafe request?.pointee else { return 0 }
      return unsafe HKDF.answer(request) ? 1 : 0
    } == 1
  }

  /// Does what the library asks, and tells the session if it is a secret for after the handshake.
  @unsafe fileprivate static func answer(_ request: skerry_kdf_request) -> Bool {
    let hash: Hash = unsafe request.is_384 == 1 ? .sha384 : .sha256
    // Safe: the library lends all of it for this call, and has room for `output_count` bytes.
    let key = unsafe UnsafeBufferPointer(start: request.key, count: request.key_count).span
    let salt = unsafe UnsafeBufferPointer(start: request.salt, count: request.salt_count).span
    let label = unsafe UnsafeBufferPointer(start: request.label, count: request.label_count).span
    let data = unsafe UnsafeBufferPointer(start: request.data, count: request.data_count).span
    let length = unsafe request.output_count
    guard let output = unsafe request.output, length <= hash.bytes, salt.count <= hash.bytes else {
      return false
    }
    var block: Block
    if unsafe request.extracts == 1 {
      guard length == hash.bytes else { return false }
      block = extract(key, previous: salt, hash: hash)
    } else {
      guard key.count == hash.bytes, label.count <= Limits.keyLabelBytes,
        data.count <= Hash.sha384.bytes
      else { return false }
      block = expand(key, label: label, context: data, hash: hash, length: length)
      if label.equals("c ap traffic") {
        tell(block.span.extracting(0..<length), isServer: false)
      } else if label.equals("s ap traffic") {
        tell(block.span.extracting(0..<length), isServer: true)
      }
    }
    for index in 0..<length { unsafe output[index] = block[index] }
    block.wipe()
    return true
  }

  private static func tell(_ secret: Span<UInt8>, isServer: Bool) {
    // Safe: the wire is the one of the session that called the library on this thread.
    guard let wire = unsafe skerry_wire_current() else { return }
    unsafe secret.withUnsafeBufferPointer { bytes in
      unsafe wire.pointee.derived?(
        wire.pointee.owner, isServer ? 1 : 0, bytes.baseAddress, bytes.count)
    }
  }
}
