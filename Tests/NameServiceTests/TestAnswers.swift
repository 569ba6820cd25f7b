// Asking an image without a network.

import DNS
import Primitives
import Runtime

@testable import NameService

enum TestAnswers {
  static let client = SocketAddress(ipv4: 192, 0, 2, 1, port: 4_321)
  static let cookies = ServerCookies(key0: 1, key1: 2)

  static func record(
    _ owner: String, _ type: RecordType, _ content: [UInt8], ttl: UInt32 = 300
  ) -> ZoneRecord {
    // Names of tests are names.
    guard let name = try? DomainName(wire: Messages.wire(owner).span) else {
      preconditionFailure("\(owner) is no name")
    }
    return ZoneRecord(name: name, type: type, ttl: ttl, content: content)
  }

  static func record(_ owner: String, _ type: RecordType, _ target: String) -> ZoneRecord {
    record(owner, type, Messages.wire(target))
  }

  /// The response to a message; nil if there is none. `seconds` is the wall clock.
  static func respond(
    _ image: ZoneImage, _ message: [UInt8], isStream: Bool = false, seconds: UInt32 = 1_000_000,
    client: SocketAddress = client
  ) -> [UInt8]? {
    var responder = Responder(cookies: cookies)
    var room = [UInt8](repeating: 0xee, count: isStream ? 65_535 : 1_232)
    var span = room.mutableSpan
    let transport = Responder.Transport(address: client, isStream: isStream, seconds: seconds)
    let length: Int
    switch responder.read(message.span, transport) {
    case .silence: return nil
    case .refusal(let code):
      length = responder.refuse(message.span, code, isStream: isStream, into: &span)
    case .question where responder.isSpecial:
      // As for a zone that is nobody's.
      length = responder.refuse(
        message.span, responder.codeOfNobody, isStream: isStream, into: &span)
    case .question:
      length =
        responder.answer(
          message.span, ImageReader(image.bytes.span), nested: .none, isStream: isStream,
          into: &span
        ).length
    }
    return Array(room[..<length])
  }

  /// What the image says to a question, as the oracle says it; nil if the response is malformed.
  static func ask(_ image: ZoneImage, _ name: String, _ type: RecordType) -> Oracle.Answer? {
    guard let bytes = respond(image, Messages.query(name, type), isStream: true),
      let response = Messages.read(bytes), !response.isTruncated
    else { return nil }
    func entries(_ section: Int) -> Set<Oracle.Entry> {
      Set(
        response.sections[section].map {
          Oracle.Entry(owner: $0.owner, type: $0.type, ttl: $0.ttl, content: $0.content)
        })
    }
    return Oracle.Answer(
      code: ResponseCode(rawValue: UInt16(response.code)),
      isAuthoritative: response.isAuthoritative, answers: entries(0), authority: entries(1),
      glue: entries(2))
  }
}
