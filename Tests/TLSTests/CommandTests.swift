// Our ends against the `openssl` command over loopback.

import Glibc
import Primitives
import Testing

@testable import TLS

@Suite struct CommandTests {
  @Test(
    "openssl s_client speaks with our server",
    arguments: [
      ("-tls1_3", "TLS_AES_128_GCM_SHA256"), ("-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ]
  )
  func client(option: String, suite: String) throws {
    let (answer, _, authority) = try Fixture.contexts()
    let file = try TemporaryFile(try authority.certificatePEM())
    let listener = try Loopback()
    let command = try Command(
      "exec timeout 20 openssl s_client -connect 127.0.0.1:\(listener.port) -servername a.test "
        + "-verify_hostname a.test -verify_return_error -CAfile \(file.path) -alpn h2,http/1.1 "
        + "\(option) -quiet 2>&1 <<< question")
    let socket = try listener.accept()
    let server = try TLSServerSession(try Place().acceptor)
    var said: [UInt8] = []
    var output: [UInt8] = []
    while let bytes = try socket.receive() {
      server.receive(bytes.span)
      if !server.isOpen, server.handshake(now: Fixture.now, output: &output) == .needsContext {
        try server.use(answer)
        _ = server.handshake(now: Fixture.now, output: &output)
      }
      var buffer = [UInt8](repeating: 0, count: 1_000)
      var span = buffer.mutableSpan
      if case .bytes(let count) = server.read(into: &span, output: &output) {
        said += buffer[..<count]
        try server.write(Array("answer".utf8).span, output: &output)
        server.close(output: &output)
      }
      try socket.send(output)
      output = []
      if server.receivedCloseNotify || said.contains(10) { break }
    }
    #expect(said == Array("question\n".utf8))
    #expect(server.applicationProtocol == .http2)
    let text = command.finish()
    #expect(text.hasSuffix("answer"))
    #expect(text.contains("verify return:1"))
    #expect(server.cipherName.isEmpty == false)
  }

  @Test func `our client speaks with openssl s_server`() throws {
    let authority = try Fixture.authority()
    let issued = try authority.issue(names: ["a.test"], notBefore: Fixture.yesterday)
    let chain = try TemporaryFile(issued.chainPEM)
    let key = try TemporaryFile(issued.privateKeyPEM)
    let command = try Command(
      "exec timeout 20 openssl s_server -accept 127.0.0.1:0 -naccept 1 -cert \(chain.path) "
        + "-key \(key.path) -www 2>&1")
    var port: UInt16?
    while port == nil, let line = command.line() {
      guard line.hasPrefix("ACCEPT") else { continue }
      port = line.split(separator: ":").last.flatMap { UInt16($0.filter(\.isNumber)) }
    }
    let socket = try LoopbackConnection(port: try #require(port))
    let trust = try TLSTrust(pem: try authority.certificatePEM())
    let client = try TLSClientSession(
      try TLSConnector(), to: TLSClientContext(host: "a.test", verification: .trust(trust)),
      resuming: nil)
    var output: [UInt8] = []
    var read: [UInt8] = []
    var step = client.handshake(output: &output)
    while !client.receivedCloseNotify {
      try socket.send(output)
      output = []
      guard let bytes = try socket.receive() else { break }
      client.receive(bytes.span)
      if step != .done {
        step = client.handshake(output: &output)
        guard step == .done else { continue }
        try client.write(Array("GET / HTTP/1.0\r\n\r\n".utf8).span, output: &output)
      }
      var buffer = [UInt8](repeating: 0, count: 20_000)
      var span = buffer.mutableSpan
      while case .bytes(let count) = client.read(into: &span, output: &output) {
        read.append(span.span.extracting(first: count))
      }
    }
    #expect(step == .done)
    #expect(String(decoding: read, as: UTF8.self).hasPrefix("HTTP/1.0 200 ok"))
    #expect(client.takeResumption() != nil)
    client.close(output: &output)
    try socket.send(output)
    socket.end()
    _ = command.finish()
  }
}
