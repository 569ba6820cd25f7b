// The API as a command uses it: one request, one answer, blocking.

package import ConfigurationTree
package import HTTP
import Primitives
import Runtime

/// Asks the API of an edge. For command-line tools only: every call blocks its thread.
package struct ControlClient: Sendable {
  package let address: ControlAddress
  private let token: ControlToken

  package init(address: ControlAddress, token: ControlToken) {
    self.address = address
    self.token = token
  }

  /// An answer of the API.
  package struct Answer: Sendable {
    package let status: UInt16
    /// The value of `result`; null if the request was refused.
    package let result: ConfigurationValue
    /// What the operator should know, though it was done.
    package let notes: [String]
    /// Why it was refused; empty if it was not.
    package let faults: [ControlFault]

    package var isRefused: Bool { status >= 300 }
  }

  /// Sends a request and waits for its answer. `fields` are more fields of the request.
  package func send(
    _ method: HTTPMethod, _ path: String, _ body: ConfigurationValue? = nil,
    fields: [(String, String)] = []
  ) throws(ControlClientError) -> Answer {
    let content = body.map { JSONWriter.write($0) }
    let request = request(method, path, content, fields)
    let socket = try connect()
    do throws(RuntimeError) {
      try socket.send(request.span)
      if let content { try socket.send(content.span) }
    } catch {
      // A request that is refused early is answered before it was read whole.
      guard error.code == Self.brokenPipe || error.code == Self.connectionReset else {
        throw .interrupted(address, error)
      }
    }
    return try answer(from: socket, to: method)
  }

  // MARK: - Sending

  private func connect() throws(ControlClientError) -> BlockingSocket {
    do throws(RuntimeError) {
      let timeout = ControlLimits.answerSeconds
      switch address {
      case .path(let path):
        return try BlockingSocket(path: path, timeoutSeconds: timeout)
      case .socket(let address):
        return try BlockingSocket(address: address, timeoutSeconds: timeout)
      case .host(let name, let port):
        let found = try Connect.resolve(name, port: port)
        return try Self.connect(to: found, timeout)
      }
    } catch {
      if error.code == Self.accessDenied { throw .noPermission(address) }
      throw .notRunning(address, error)
    }
  }

  /// The first of `addresses` that answers.
  private static func connect(
    to addresses: [SocketAddress], _ timeout: Int32
  ) throws(RuntimeError) -> BlockingSocket {
    for address in addresses.dropLast() {
      do throws(RuntimeError) {
        return try BlockingSocket(address: address, timeoutSeconds: timeout)
      } catch {
        // The next address may be the right one; the last one's error is told.
        continue
      }
    }
    guard let last = addresses.last else {
      throw RuntimeError("resolve", "the host", result: -2)
    }
    return try BlockingSocket(address: last, timeoutSeconds: timeout)
  }

  private func request(
    _ method: HTTPMethod, _ path: String, _ content: [UInt8]?, _ fields: [(String, String)]
  ) -> [UInt8] {
    var head = method.token
    head.append(contentsOf: " \(path) HTTP/1.1\r\nHost: skerry\r\nConnection: close\r\n".utf8)
    head.append(contentsOf: "Authorization: \(token.authorization)\r\n".utf8)
    if let content {
      let length = "Content-Type: application/json\r\nContent-Length: \(content.count)\r\n"
      head.append(contentsOf: length.utf8)
    }
    for (name, value) in fields { head.append(contentsOf: "\(name): \(value)\r\n".utf8) }
    head.append("\r\n")
    return head
  }

  // MARK: - Receiving

  private func answer(
    from socket: borrowing BlockingSocket, to method: HTTPMethod
  ) throws(ControlClientError) -> Answer {
    var input: [UInt8] = []
    var parser = HTTP1ResponseParser()
    var head = ResponseHead(status: 0)
    var used: Int?
    repeat {
      guard try receive(socket, &input) > 0 else {
        throw .badAnswer(address, "the connection ended before an answer came")
      }
      used = try parse(&parser, input, method, &head)
    } while used == nil
    let rest = Array(input.dropFirst(used ?? 0))
    let body = try body(parser.framing.body, rest, socket)
    return try read(head.status, body)
  }

  private func parse(
    _ parser: inout HTTP1ResponseParser, _ input: [UInt8], _ method: HTTPMethod,
    _ head: inout ResponseHead
  ) throws(ControlClientError) -> Int? {
    do throws(HTTPParseError) {
      return try parser.parse(input.span, for: method, into: &head)
    } catch {
      throw .badAnswer(address, "\(error)")
    }
  }

  private func body(
    _ framing: HTTP1MessageFraming.Body, _ begun: [UInt8], _ socket: borrowing BlockingSocket
  ) throws(ControlClientError) -> [UInt8] {
    var decoder = HTTP1BodyDecoder(framing)
    var body: [UInt8] = []
    var input = begun
    do throws(HTTPParseError) {
      while true {
        try Self.decode(input, &decoder, into: &body)
        if decoder.isComplete { return body }
        guard body.count <= ControlLimits.answerBytes else {
          throw HTTPParseError.bodyLengthMismatch
        }
        input.removeAll(keepingCapacity: true)
        if try receiving(socket, &input) == 0 {
          try decoder.finish()
          return body
        }
      }
    } catch {
      throw .badAnswer(address, "the answer is cut short or too long")
    }
  }

  private static func decode(
    _ input: [UInt8], _ decoder: inout HTTP1BodyDecoder, into body: inout [UInt8]
  ) throws(HTTPParseError) {
    var position = 0
    while position < input.count, !decoder.isComplete {
      let step = try decoder.decode(input.span.extracting(position...))
      body.append(contentsOf: input[position...][offset: step.content])
      position += step.consumed
    }
  }

  /// As `receive`; a broken connection is the end of an answer that is cut short.
  private func receiving(
    _ socket: borrowing BlockingSocket, _ input: inout [UInt8]
  ) throws(HTTPParseError) -> Int {
    do throws(ControlClientError) { return try receive(socket, &input) } catch {
      throw .truncatedBody
    }
  }

  private func receive(
    _ socket: borrowing BlockingSocket, _ input: inout [UInt8]
  ) throws(ControlClientError) -> Int {
    do throws(RuntimeError) { return try socket.receive(into: &input) } catch {
      throw .interrupted(address, error)
    }
  }

  private func read(
    _ status: UInt16, _ body: [UInt8]
  ) throws(ControlClientError) -> Answer {
    let tree: ConfigurationValue
    do throws(JSONError) { tree = try JSONParser.parse(body) } catch {
      throw .badAnswer(address, "status \(status), and no JSON (\(error))")
    }
    let faults = tree["errors"]?.elements.compactMap { ControlFault($0) } ?? []
    guard status < 300 ? tree["result"] != nil : !faults.isEmpty else {
      throw .badAnswer(address, "status \(status), without a result")
    }
    return Answer(
      status: status, result: tree["result"] ?? ConfigurationValue(.null),
      notes: tree["notes"]?.elements.compactMap(\.text) ?? [], faults: faults)
  }

  // Codes of Linux: include/uapi/asm-generic/errno-base.h and errno.h.
  private static let accessDenied: Int32 = 13
  private static let brokenPipe: Int32 = 32
  private static let connectionReset: Int32 = 104
}

extension ArraySlice<UInt8> {
  /// The part at `range`, which counts from this slice's beginning.
  fileprivate subscript(offset range: Range<Int>) -> ArraySlice<UInt8> {
    self[(startIndex + range.lowerBound)..<(startIndex + range.upperBound)]
  }
}
