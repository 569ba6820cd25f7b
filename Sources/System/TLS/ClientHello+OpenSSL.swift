// The facts of a ClientHello that the library is just looking at.

import COpenSSL
import Primitives

extension ClientHello {
  /// Reads the extensions of `ssl`'s ClientHello; only valid inside the ClientHello callback.
  @unsafe init(offeredTo ssl: OpaquePointer) throws(Fault) {
    serverName = try unsafe Self.fromExtension(ssl, TLSEXT_TYPE_server_name) {
      bytes throws(Fault) in try Self.serverName(bytes)
    }
    protocols =
      try unsafe Self.fromExtension(
        ssl, TLSEXT_TYPE_application_layer_protocol_negotiation
      ) { bytes throws(Fault) in try Self.protocols(bytes) } ?? []
    offersEarlyData =
      unsafe SSL_client_hello_get0_ext(
        ssl, UInt32(TLSEXT_TYPE_early_data), nil, nil) == 1
  }

  /// What `read` makes of an extension's bytes; nil without this extension.
  @unsafe private static func fromExtension<Value>(
    _ ssl: OpaquePointer, _ type: Int32, _ read: (Span<UInt8>) throws(Fault) -> Value
  ) throws(Fault) -> Value? {
    var start: UnsafePointer<UInt8>?
    var count = 0
    // Safe: the bytes belong to the ClientHello, which lives during the callback.
    guard unsafe SSL_client_hello_get0_ext(ssl, UInt32(type), &start, &count) == 1 else {
      return nil
    }
    guard let start = unsafe start else { throw .malformed }
    return try read(unsafe Span(_unsafeStart: start, count: count))
  }
}
