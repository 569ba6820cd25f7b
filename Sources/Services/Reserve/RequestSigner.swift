// AWS Signature Version 4.

import HTTP
import Primitives
import TLS

/// Signs requests to an object store (Signature Version 4, by the Authorization field).
struct RequestSigner: Sendable {
  let credentials: ReserveCredentials
  let region: String
  var service = "s3"

  /// The field that says which time a signature was made at.
  private static let dateField = "x-amz-date"
  private static let digestField = "x-amz-content-sha256"
  private static let tokenField = "x-amz-security-token"
  /// Stands for a body that is not signed: TLS protects it.
  private static let unsigned = "UNSIGNED-PAYLOAD"

  /// The head of `request` as it goes to `authority`, signed at `time`; nil if the library fails.
  func head(
    of request: StoreRequest, bucket: String, authority: [UInt8], at time: WallTime
  ) -> RequestHead? {
    var head = RequestHead()
    head.method = request.method
    head.authority = authority
    let path = request.path(bucket: bucket)
    let query = request.canonicalQuery
    head.path = query.isEmpty ? path : path + [0x3f] + query
    let digest = request.bodyDigest.map { Hexadecimal.text($0) } ?? Self.unsigned
    let stamp = SigningTime(time)
    var fields = request.fields
    fields.append((Self.dateField, Array(stamp.full.utf8)))
    fields.append((Self.digestField, Array(digest.utf8)))
    if let token = credentials.sessionToken {
      fields.append((Self.tokenField, Array(token.utf8)))
    }
    for (name, value) in fields {
      head.fields.append(name: Array(name.utf8).span, value: value.span)
    }
    let signed = fields + [("host", authority)]
    guard
      let authorization = authorization(
        method: request.method.token, path: path, query: query, fields: signed, digest: digest,
        stamp)
    else { return nil }
    head.fields.append(.authorization, Array(authorization.utf8).span)
    return head
  }

  /// The value of Authorization for a request whose path and query are canonical; nil if the library
  /// fails.
  func authorization(
    method: [UInt8], path: [UInt8], query: [UInt8], fields: [(name: String, value: [UInt8])],
    digest: String, _ stamp: SigningTime
  ) -> String? {
    let sorted = fields.sorted { $0.name < $1.name }
    let names = sorted.map(\.name).joined(separator: ";")
    let canonical = Self.canonical(
      method: method, path: path, query: query, sorted, names: names, digest: digest)
    let scope = "\(stamp.day)/\(region)/\(service)/aws4_request"
    guard let hash = SHA256.digest(of: canonical.span) else { return nil }
    let text = "AWS4-HMAC-SHA256\n\(stamp.full)\n\(scope)\n\(Hexadecimal.text(hash))"
    guard let key = key(day: stamp.day), let signature = key.code(of: Array(text.utf8).span)
    else { return nil }
    return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
      + "SignedHeaders=\(names), Signature=\(Hexadecimal.text(signature))"
  }

  private static func canonical(
    method: [UInt8], path: [UInt8], query: [UInt8], _ fields: [(name: String, value: [UInt8])],
    names: String, digest: String
  ) -> [UInt8] {
    var text = method
    text.append(0x0a)
    text += path
    text.append(0x0a)
    text += query
    text.append(0x0a)
    for (name, value) in fields {
      text += Array(name.utf8)
      text.append(0x3a)
      text += trimmed(value)
      text.append(0x0a)
    }
    text.append(0x0a)
    text += Array(names.utf8)
    text.append(0x0a)
    text += Array(digest.utf8)
    return text
  }

  /// Without spaces at the ends, and with one in place of several.
  private static func trimmed(_ value: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    for byte in value where byte != 0x20 || (output.last ?? 0x20) != 0x20 { output.append(byte) }
    if output.last == 0x20 { output.removeLast() }
    return output
  }

  private func key(day: String) -> HMACKey? {
    var key = credentials.signingSecret
    for part in [day, region, service, "aws4_request"] {
      guard let code = key.code(of: Array(part.utf8).span) else { return nil }
      key = HMACKey(.sha256, secret: code)
    }
    return key
  }
}
