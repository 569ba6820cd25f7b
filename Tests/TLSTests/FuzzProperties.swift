// What must hold for whatever a client sends. Shared by the fuzz targets and their replay.

import COpenSSL
import Primitives

@testable import TLS

/// The properties by the name of their fuzz target; each says what is wrong, or nil.
let fuzzProperties: [(String, @Sendable ([UInt8]) -> String?)] = [
  ("ClientHello", clientHelloProperty),
  ("Session", sessionProperty),
  ("Records", recordsProperty),
]

/// The extensions that we read ourselves: a name that is read is a host name, and reading it again
/// gives the same.
func clientHelloProperty(_ input: [UInt8]) -> String? {
  var fault: String?
  do throws(ClientHello.Fault) {
    let name = try ClientHello.serverName(input.span)
    if name.isEmpty || name.count > Limits.serverNameBytes { fault = "a name of a wrong length" }
    if name.contains(where: { $0 <= 0x20 || $0 == 0x2f || $0 > 0x7e || (65...90).contains($0) }) {
      fault = "a name with a character that no host name has"
    }
    let list = [UInt8((name.count + 3) >> 8), UInt8((name.count + 3) & 255), 0]
    let again = list + [UInt8(name.count >> 8), UInt8(name.count & 255)] + name
    if try ClientHello.serverName(again.span) != name { fault = "a name that changes" }
  } catch { _ = error }
  do throws(ClientHello.Fault) {
    let protocols = try ClientHello.protocols(input.span)
    if protocols.count > Limits.offeredProtocols { fault = "too many protocols" }
  } catch { _ = error }
  return fault
}

/// What the sessions of the properties share.
struct FuzzPlace: @unchecked Sendable {
  // Used by one thread at a time.
  static let shared = try? FuzzPlace()
  let acceptor: TLSAcceptor
  let context: TLSServerContext

  init() throws {
    acceptor = try TLSAcceptor(
      ticketKeys: Fixture.keys, replayFilter: Fixture.filter(), capturesClientHello: true)
    let authority = try Fixture.authority()
    context = TLSServerContext(
      zone: Fixture.zoneA,
      identities: [try Fixture.identity(authority)], allowsEarlyData: true)
  }
}

/// Arbitrary bytes as a whole connection: the first byte says how large the pieces are, the second
/// whether the name is known. A session never opens without a Finished, and stays failed.
func sessionProperty(_ input: [UInt8]) -> String? {
  guard input.count > 2, let place = FuzzPlace.shared,
    let session = try? TLSServerSession(place.acceptor)
  else { return nil }
  let size = input[0] == 0 ? input.count : Int(input[0])
  var output: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1_000)
  var position = 2
  var failure: TLSHandshakeStep?
  var fault: String?
  while position < input.count {
    let end = min(position + size, input.count)
    session.receive(input.span.extracting(position..<end)) {
      var step = session.handshake(now: Fixture.now, output: &output)
      if step == .needsContext {
        if input[1] % 4 == 0 {
          session.refuse()
        } else if (try? session.use(place.context)) == nil {
          fault = "a context that is not taken"
        }
        step = session.handshake(now: Fixture.now, output: &output)
      }
      var span = buffer.mutableSpan
      let outcome = session.read(into: &span, output: &output)
      if case .bytes = outcome { fault = "data without a handshake" }
      if let failure, step != failure { fault = "a failure that goes away" }
      if case .failed = step { failure = step }
    }
    position = end
  }
  session.close(output: &output)
  if session.isOpen { fault = "open without a Finished" }
  if session.unconsumedBytes > input.count { fault = "more kept than came" }
  return fault
}
