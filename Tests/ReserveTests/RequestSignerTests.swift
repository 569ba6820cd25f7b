// Signatures, against ones that another implementation (botocore 1.4x) made of the same requests.

import HTTP
import Primitives
import Testing

@testable import Reserve

struct RequestSignerTests {
  /// A request with the signature that it must get.
  struct Vector: Sendable {
    let method: HTTPMethod
    let name: String
    var query: [(name: String, value: String)] = []
    var fields: [(name: String, value: [UInt8])] = []
    var isUnsigned = false
    var token: String?
    let signature: String
  }

  static let vectors = [
    Vector(
      method: .get, name: "a/b//c d+e/ü~*.%41",
      signature: "46e79bdebc0492ea9c90af25d8eda73e568bc3014e709ca2f62440f29b12d053"),
    Vector(
      method: .get, name: "",
      query: [("prefix", "z/ä &="), ("list-type", "2"), ("max-keys", "100")],
      signature: "67670daea89ea4a4779d40022919f4935fd0a5b7a38d96371d7032ecaa06e7da"),
    Vector(
      method: .put, name: "x",
      fields: [
        ("content-type", Array("a/b".utf8)), ("x-amz-meta-note", Array("  two   spaces ".utf8)),
      ], isUnsigned: true,
      signature: "f7a62c232b80f6451a0563e708349f356aa195514905ac6f4f8ce140c934f36d"),
    Vector(
      method: .head, name: "../.", query: [("a", "b"), ("a", ""), ("A", "1")], token: "to/ken==",
      signature: "4d681748a165cef31a7b334452b8712386725bd205967d54a16855493518a0fd"),
  ]

  @Test("odd names, parameters and fields are signed as others sign them", arguments: vectors)
  func known(vector: Vector) throws {
    let signer = RequestSigner(
      credentials: ReserveCredentials(
        accessKey: "AKIDSKERRY", secretKey: "s3cr3t/With+Signs=", sessionToken: vector.token),
      region: "eu-west-9")
    var request = StoreRequest(vector.method, Array(vector.name.utf8))
    request.query = vector.query
    request.fields = vector.fields
    request.bodyDigest = vector.isUnsigned ? nil : Self.emptyDigest
    let head = try #require(
      signer.head(
        of: request, bucket: "bücket.1", authority: Array("store.example:8333".utf8),
        at: Self.time))
    let authorization = head.fields.withFirst(.authorization) { VectorText.of($0) }
    #expect(authorization?.hasSuffix("Signature=\(vector.signature)") == true)
    #expect(
      authorization?.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKIDSKERRY/20260203/eu-west-9/s3/aws4_request, ") == true)
  }

  @Test("times are written as signatures have them") func times() {
    #expect(SigningTime(Self.time).full == "20260203T040506Z")
    #expect(SigningTime(WallTime(seconds: 0)).full == "19700101T000000Z")
    #expect(SigningTime(WallTime(seconds: 1_735_689_599)).day == "20241231")
  }

  @Test("credentials are read as AWS's tools write them, and show no secret") func credentials()
    throws
  {
    let text = """
      # mine
      [other]
      aws_access_key_id = OTHER
      [default]
      aws_access_key_id=KEY
        AWS_SECRET_ACCESS_KEY =  se=cret\u{20}
      """
    let credentials = try ReserveCredentials(file: text)
    #expect(credentials == ReserveCredentials(accessKey: "KEY", secretKey: "se=cret"))
    for token in [nil, "to=ken"] {
      let shown = ReserveCredentials(accessKey: "KEY", secretKey: "se=cret", sessionToken: token)
      var dumped = ""
      dump(shown, to: &dumped)
      for text in ["\(shown)", String(reflecting: shown), dumped] {
        #expect(!text.contains("cret") && !text.contains("ken"))
      }
    }
    let empty = ReserveCredentials(accessKey: "KEY", secretKey: "se=cret", sessionToken: "")
    #expect(empty == credentials && empty.sessionToken == nil)
    #expect(throws: ReserveCredentials.Fault.self) {
      try ReserveCredentials(file: "aws_access_key_id = a\n")
    }
    #expect(throws: ReserveCredentials.Fault.self) { try ReserveCredentials(file: "") }
  }

  private static let emptyDigest: [UInt8] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
  ]
  /// 2026-02-03T04:05:06Z.
  private static let time = WallTime(seconds: 1_770_091_506)
}

/// Bytes as text.
enum VectorText {
  static func of(_ bytes: Span<UInt8>) -> String {
    var copy: [UInt8] = []
    copy.append(bytes)
    return String(decoding: copy, as: UTF8.self)
  }
}
