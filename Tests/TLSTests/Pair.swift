// Two ends of TLS connected by arrays.

import Primitives
import Testing

@testable import TLS

/// A client and a server session in memory, with what each said and read.
final class Pair {
  let client: TLSClientSession
  let server: TLSServerSession
  var clientOutput: [UInt8] = []
  var serverOutput: [UInt8] = []
  var clientRead: [UInt8] = []
  var serverRead: [UInt8] = []
  var serverEarly: [UInt8] = []
  var clientStep = TLSHandshakeStep.needsInput
  var serverStep = TLSHandshakeStep.needsInput
  var clientEnd: TLSReadOutcome?
  var serverEnd: TLSReadOutcome?
  /// Bytes that pass at once, at most.
  var piece = 1_000_000
  var now = Fixture.now
  var choose: (TLSServerSession) throws -> Void

  init(
    _ place: Place, to context: TLSClientContext, resuming resumption: TLSResumption? = nil,
    choose: @escaping (TLSServerSession) throws -> Void
  ) throws {
    client = try TLSClientSession(place.connector, to: context, resuming: resumption)
    server = try TLSServerSession(place.acceptor)
    self.choose = choose
  }

  convenience init(
    _ place: Place, to context: TLSClientContext, resuming resumption: TLSResumption? = nil,
    answer: TLSServerContext
  ) throws {
    try self.init(place, to: context, resuming: resumption) { try $0.use(answer) }
  }

  /// Passes bytes to and fro until nothing moves.
  func run() throws {
    if !client.isOpen { clientStep = client.handshake(output: &clientOutput) }
    var rounds = 0
    while !clientOutput.isEmpty || !serverOutput.isEmpty {
      rounds += 1
      try #require(rounds < 100_000)
      try passToServer()
      passToClient()
    }
  }

  func passToServer() throws {
    while !clientOutput.isEmpty {
      let sent = clientOutput
      clientOutput = []
      for chunk in pieces(sent) { try feedServer(chunk) }
    }
  }

  func feedServer(_ chunk: [UInt8]) throws {
    var failure: (any Error)?
    server.receive(chunk.span) {
      do { try serverWork() } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private func serverWork() throws {
    while !server.isOpen {
      serverStep = server.handshake(now: now, output: &serverOutput)
      guard serverStep == .needsContext else { break }
      try choose(server)
      if server.context == nil, server.refusal == nil { return }
    }
    var buffer = [UInt8](repeating: 0, count: 20_000)
    while true {
      var span = buffer.mutableSpan
      switch server.read(into: &span, output: &serverOutput) {
      case .bytes(let count): serverRead += buffer[..<count]
      case .earlyBytes(let count): serverEarly += buffer[..<count]
      case .needsInput: return
      case let end: return serverEnd = end
      }
    }
  }

  func passToClient() {
    while !serverOutput.isEmpty {
      let sent = serverOutput
      serverOutput = []
      for chunk in pieces(sent) { client.receive(chunk.span) { clientWork() } }
    }
  }

  private func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: min(piece, bytes.count)).map {
      Array(bytes[$0..<min($0 + piece, bytes.count)])
    }
  }

  private func clientWork() {
    if !client.isOpen {
      clientStep = client.handshake(output: &clientOutput)
      guard clientStep == .done else { return }
    }
    var storage = ByteStorage(capacity: 5_000)
    while true {
      if storage.free == 0 { storage = ByteStorage(capacity: 5_000) }
      let before = storage.count
      switch client.read(into: storage, output: &clientOutput) {
      case .bytes:
        Bytes(storage, offset: before, count: storage.count - before).withSpan {
          clientRead.append($0)
        }
      case .needsInput: return
      case let end: return clientEnd = end
      }
    }
  }

  func clientSays(_ text: String) throws {
    try client.write(Array(text.utf8).span, output: &clientOutput)
    try run()
  }

  func serverSays(_ text: String) throws {
    try server.write(Array(text.utf8).span, output: &serverOutput)
    try run()
  }
}

/// What one loop has: an acceptor and a connector.
struct Place {
  let acceptor: TLSAcceptor
  let connector: TLSConnector

  init(
    keys: TLSTicketKeys = Fixture.keys, filter: EarlyDataReplayFilter = Fixture.filter(),
    capturesClientHello: Bool = false
  ) throws {
    acceptor = try TLSAcceptor(
      ticketKeys: keys, replayFilter: filter, capturesClientHello: capturesClientHello)
    connector = try TLSConnector()
  }
}
