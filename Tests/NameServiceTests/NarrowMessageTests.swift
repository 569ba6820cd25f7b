// Responses that have hardly room for what must be in them.

import DNS
import Primitives
import Testing

@testable import NameService

@Suite("Narrow messages") struct NarrowMessageTests {
  /// A name of 255 bytes below `z.test`.
  static let longName: String = {
    let label = String(repeating: "a", count: 63)
    return "\(label).\(label).\(label).\(String(repeating: "b", count: 54)).z.test"
  }()

  /// A key whose name has so many bytes.
  private static func key(_ bytes: Int) throws -> TSIGKey {
    var wire: [UInt8] = []
    var rest = bytes - 1
    while rest > 0 {
      // No label of no bytes is left over.
      let label = rest == 65 ? 32 : min(rest, 64)
      wire += [UInt8(label - 1)] + [UInt8](repeating: 0x6b, count: label - 1)
      rest -= label
    }
    let name = try DomainName(wire: (wire + [0]).span)
    return TSIGKey(name: name, algorithm: .sha512, secret: TSIGSessionTests.secret)
  }

  @Test(
    "a question that leaves no room beside signature, NSID and cookie is answered by a header with TC",
    arguments: [64, 255])
  func noRoom(nameBytes: Int) throws {
    let key = try Self.key(nameBytes)
    let options: [UInt8] = [0, 3, 0, 0, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
    let plain = Messages.query(Self.longName, .a, payload: 512, options: options)
    var client = try #require(TSIGSession(key, id: 0x1234))
    var query = plain + [UInt8](repeating: 0, count: client.recordBytes)
    var span = query.mutableSpan
    let end = try #require(client.sign(&span, length: plain.count, seconds: 1_000_000))
    query.removeLast(query.count - end)
    var server = try #require(TSIGSession(key, id: 0x1234))

    let image = try ZoneCompiler.compile(
      apex: DomainName("z.test"), records: [TestAnswers.record("z.test", .ns, "ns.elsewhere")]
    ).get()
    var responder = Responder(
      cookies: TestAnswers.cookies, nsid: [UInt8](repeating: 7, count: 64))
    let transport = Responder.Transport(
      address: TestAnswers.client, isStream: false, seconds: 1_000_000)
    guard case .question = responder.read(query.span, transport), let record = responder.tsig,
      let start = responder.query.tsigStart
    else {
      Issue.record("not read")
      return
    }
    try server.check(query.span, record, at: start, seconds: 1_000_000)
    responder.signatureBytes = server.recordBytes
    var room = [UInt8](repeating: 0, count: 1_232)
    var reply = room.mutableSpan
    let length = responder.answer(
      query.span, ImageReader(image.bytes.span), nested: .none, isStream: false, into: &reply
    ).length
    let signed = try #require(server.sign(&reply, length: length, seconds: 1_000_000))
    #expect(signed <= 512)
    // A macro takes no span.
    let read = DNSHeader(room.span)
    let header = try #require(read)
    #expect(header.isTruncated && header.isResponse && header.id == 0x1234)
    #expect(room[4..<8].elementsEqual([0, 0, 0, 0]))
  }

  @Test("names of keys are bounded") func keyNames() {
    let label = String(repeating: "k", count: 62)
    #expect(TSIGKey.name(label) != nil && TSIGKey.name(label + "k") == nil)
    #expect(TSIGKey.name("a.\(label)") == nil)
  }
}
