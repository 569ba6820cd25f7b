// Asking a resolver for the addresses of a name.

package import DNS
import Primitives
package import Runtime

/// A stub resolver (RFC 1034 section 5.3.1): asks recursive resolvers, one after the other, over UDP and
/// over TCP if the response is cut off. It blocks: for threads made for that only.
package enum StubResolver {
  /// The addresses (A or AAAA) of `name`, in canonical wire form, as one of `servers` has them.
  package static func addresses(
    of name: [UInt8], _ type: RecordType, servers: [SocketAddress]
  ) -> AliasFinding {
    for server in servers.prefix(NameServiceLimits.resolvers) {
      do throws(RuntimeError) {
        if let finding = try ask(server, name, type) { return finding }
      } catch { continue }
    }
    return .failed
  }

  /// Nil if the server says nothing that is of use.
  private static func ask(
    _ server: SocketAddress, _ name: [UInt8], _ type: RecordType
  ) throws(RuntimeError) -> AliasFinding? {
    let id = UInt16.random(in: .min ... .max)
    let query = ResolverMessage.query(name, type, id: id)
    let timeout = NameServiceLimits.resolverTimeoutSeconds
    let socket = try BlockingSocket(datagramsTo: server, timeoutSeconds: timeout)
    try socket.send(query.span)
    let deadline = SystemClock.monotonic + .seconds(Int64(timeout))
    // What does not answer this query may be forged: the right one may still come.
    while SystemClock.monotonic < deadline {
      var response: [UInt8] = []
      _ = try socket.receive(into: &response)
      switch ResolverMessage.read(response.span, name, type, id: id) {
      case .finding(let finding): return finding
      case .truncated: return try askAgain(server, query, name, type, id)
      case .useless: return nil
      case .foreign: continue
      }
    }
    return nil
  }

  private static func askAgain(
    _ server: SocketAddress, _ query: [UInt8], _ name: [UInt8], _ type: RecordType, _ id: UInt16
  ) throws(RuntimeError) -> AliasFinding? {
    let timeout = NameServiceLimits.resolverTimeoutSeconds
    let deadline = SystemClock.monotonic + .seconds(Int64(timeout))
    let socket = try BlockingSocket(address: server, timeoutSeconds: timeout)
    var framed: [UInt8] = []
    framed.appendUInt16(UInt16(truncatingIfNeeded: query.count))
    framed += query
    try socket.send(framed.span)
    var buffer: [UInt8] = []
    while SystemClock.monotonic < deadline {
      guard try socket.receive(into: &buffer) > 0 else { return nil }
      guard buffer.count >= 2 else { continue }
      let length = Int(buffer[0]) << 8 | Int(buffer[1])
      guard buffer.count >= 2 + length else { continue }
      let message = Array(buffer[2..<(2 + length)])
      guard case .finding(let finding) = ResolverMessage.read(message.span, name, type, id: id)
      else { return nil }
      return finding
    }
    return nil
  }
}
