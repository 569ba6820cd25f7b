// `skerry dns query`

import ArgumentParser
import DNS
import NameService
import Primitives
import Runtime

/// Asks a DNS server a question.
struct DNSQueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Ask a DNS server for records.",
    discussion: """
      With --subnet the question says for which network it is asked (RFC 7871), as resolvers do: records that \
      have countries, continents or asns are those of its place. The answer says for how much of it they hold.

      Examples:
        skerry dns query www.example.org --server 192.0.2.53
        skerry dns query www.example.org AAAA --server 127.0.0.1:5353 --subnet 203.0.113.0/24
      """)

  @Argument(help: "The name to ask for.")
  var name: String

  @Argument(help: "The type of records.", transform: DNSQueryCommand.type)
  var type = RecordType.a

  @Option(
    help: ArgumentHelp("The server to ask.", valueName: "address[:port]"),
    transform: DNSQueryCommand.server)
  var server: SocketAddress

  @Option(
    help: ArgumentHelp("The network to ask for.", valueName: "address/bits"),
    transform: DNSQueryCommand.network)
  var subnet: QuerySubnet?

  @Flag(help: "Ask over TCP.")
  var tcp = false

  @Flag(help: "Ask for signatures (DO).")
  var dnssec = false

  /// Seconds that the server may take.
  private static let timeoutSeconds: Int32 = 5

  func run() throws {
    let query = try message()
    let response: [UInt8]
    do throws(RuntimeError) { response = try exchange(query) } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
    do throws(DNSError) { Console.write(try DNSResponseText(response, subnet).text) } catch {
      throw CommandFailure(.refused, "skerry: \(server) sent no DNS response: \(error)")
    }
  }

  private func message() throws -> [UInt8] {
    let owner = try DNSZoneFile.origin(name)
    var bytes: [UInt8] = []
    for word in [UInt16.random(in: .min ... .max), 0x0100, 1, 0, 0, 1] { bytes.appendUInt16(word) }
    bytes += owner.bytes
    for word in [type.rawValue, RecordClass.internet.rawValue] { bytes.appendUInt16(word) }
    bytes.append(0)
    let options = subnet?.option ?? []
    for word in [RecordType.opt.rawValue, 1_232, 0, dnssec ? 0x8000 : 0] {
      bytes.appendUInt16(word)
    }
    bytes.appendUInt16(UInt16(options.count))
    return bytes + options
  }

  /// Asks, over TCP if that is wanted, or the response over UDP is cut off.
  private func exchange(_ query: [UInt8]) throws(RuntimeError) -> [UInt8] {
    if !tcp {
      let socket = try BlockingSocket(datagramsTo: server, timeoutSeconds: Self.timeoutSeconds)
      try socket.send(query.span)
      let deadline = SystemClock.monotonic + .seconds(Int64(Self.timeoutSeconds))
      while SystemClock.monotonic < deadline {
        var response: [UInt8] = []
        _ = try socket.receive(into: &response)
        // What does not answer this query is not looked at.
        guard response.count > 12, response[..<2] == query[..<2] else { continue }
        if response[2] & 2 == 0 { return response }
        break
      }
    }
    let socket = try BlockingSocket(address: server, timeoutSeconds: Self.timeoutSeconds)
    let framed = [UInt8(query.count >> 8), UInt8(query.count & 255)] + query
    try socket.send(framed.span)
    var buffer: [UInt8] = []
    while buffer.count < 2 || buffer.count < 2 + (Int(buffer[0]) << 8 | Int(buffer[1])) {
      guard try socket.receive(into: &buffer) > 0 else { break }
    }
    return Array(buffer.dropFirst(2))
  }

  // MARK: - Arguments

  private static func type(_ text: String) throws -> RecordType {
    let bytes = Array(text.utf8)
    if let type = RecordType(bytes.span) { return type }
    throw ValidationError("\"\(text)\" is no type of records. Write one as AAAA, or TYPE65280.")
  }

  private static func server(_ text: String) throws -> SocketAddress {
    if let address = TransferConfiguration.address(text) { return address }
    throw ValidationError(
      "\"\(text)\" is no IP address. Write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.")
  }

  private static func network(_ text: String) throws -> QuerySubnet {
    if let subnet = QuerySubnet(text) { return subnet }
    throw ValidationError(
      "\"\(text)\" is no network. Write 203.0.113.0/24 or 2001:db8::/48; bits behind the prefix are zero."
    )
  }
}
