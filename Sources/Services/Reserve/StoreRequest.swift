// A request to the object store, before it is signed.

import HTTP
import Primitives

/// What is asked of a bucket.
struct StoreRequest: Sendable {
  var method: HTTPMethod
  /// The object's name as it is, without the bucket; empty for the bucket itself.
  var name: [UInt8]
  /// Parameters as they are, in any order.
  var query: [(name: String, value: String)] = []
  /// Fields beside those of the signature, names in lower case.
  var fields: [(name: String, value: [UInt8])] = []
  var body = Bytes.empty
  /// The SHA-256 of the body; nil leaves it out of the signature, which is for TLS only.
  var bodyDigest: [UInt8]? = emptyDigest
  /// Bytes of the answer's body that are wanted at most.
  var answerBytes = ReserveLimits.documentBytes

  /// The SHA-256 of nothing.
  private static let emptyDigest: [UInt8] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
  ]

  init(_ method: HTTPMethod, _ name: [UInt8]) {
    self.method = method
    self.name = name
  }

  /// The target as it is sent, and as it is signed: every byte but unreserved ones and slashes encoded
  /// once (RFC 3986 section 2.3; S3 encodes no path twice).
  func path(bucket: String) -> [UInt8] {
    var path: [UInt8] = [0x2f]
    PercentEncoding.append(Array(bucket.utf8).span, to: &path, keepsSlashes: false)
    if !name.isEmpty {
      path.append(0x2f)
      PercentEncoding.append(name.span, to: &path, keepsSlashes: true)
    }
    return path
  }

  /// The query as it is sent and signed: encoded, in the order of the encoded names, then values.
  var canonicalQuery: [UInt8] {
    let encoded = query.map { (PercentEncoding.of($0.name), PercentEncoding.of($0.value)) }
    let sorted = encoded.sorted {
      $0.0 == $1.0
        ? $0.1.lexicographicallyPrecedes($1.1) : $0.0.lexicographicallyPrecedes($1.0)
    }
    var text: [UInt8] = []
    for (name, value) in sorted {
      if !text.isEmpty { text.append(0x26) }
      text += name
      text.append(0x3d)
      text += value
    }
    return text
  }
}
