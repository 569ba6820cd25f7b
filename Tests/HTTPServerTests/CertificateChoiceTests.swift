// Handshakes whose certificate has to be looked up.

import Exchange
import Glibc
import HTTP
import Primitives
import Runtime
import Synchronization
import TLS
import Testing

@testable import HTTPServer

@Suite("A handshake that waits for its certificate") struct CertificateChoiceTests {
  @Test("asks for it once, whatever the client sends meanwhile, and goes on when it is found")
  func waiting() async throws {
    let site = try Site()
    let source = HeldSource()
    let (server, address) = try await site.serve(source)
    let outcome = await SharedRuntime.on(SharedRuntime.clientLoop) {
      Result { try Self.connect(to: address, site, source) }
    }
    await SharedRuntime.on(SharedRuntime.loop) { server.drain() }
    let (askedCount, step) = try outcome.get()
    #expect(askedCount == 1)
    #expect(step == .done)
  }

  /// What a client does, on a thread that may block: how often the certificate was asked for before it
  /// was there, and how the handshake ended.
  private static func connect(
    to address: SocketAddress, _ site: Site, _ source: HeldSource
  ) throws -> (Int, TLSHandshakeStep) {
    let socket = try BlockingSocket(address: address, timeoutSeconds: 10)
    var output: [UInt8] = []
    _ = site.session.handshake(output: &output)
    try socket.send(output.span)
    output.removeAll()
    let end = SystemClock.monotonic + .seconds(10)
    while source.askedCount.load(ordering: .acquiring) == 0, SystemClock.monotonic < end {}
    // A dummy change_cipher_spec record (RFC 8446 appendix D.4), which may come at any time.
    for _ in 0..<3 {
      try socket.send([0x14, 3, 3, 0, 1, 1].span)
      for _ in 0..<3 { SharedRuntime.passRound() }
    }
    let askedCount = source.askedCount.load(ordering: .acquiring)
    let choice = CertificateChoice.use(
      site.context, Lane(loop: SharedRuntime.loop, name: "zone"))
    SharedRuntime.loop.systemLane.post { source.answer(choice) }
    var step = TLSHandshakeStep.needsInput
    while step == .needsInput {
      var input: [UInt8] = []
      guard try socket.receive(into: &input) > 0 else { break }
      site.session.receive(input.span) { step = site.session.handshake(output: &output) }
    }
    return (askedCount, step)
  }
}

/// Keeps those who ask waiting. Confined to the loop, but for the count.
private final class HeldSource: CertificateSource, @unchecked Sendable {
  // Used on the loop only.
  private var requesters: [any CertificateRequester] = []
  let askedCount = Atomic(0)

  func certificate(
    for serverName: [UInt8]?, requester: any CertificateRequester
  ) -> CertificateChoice? {
    requesters.append(requester)
    askedCount.add(1, ordering: .releasing)
    return nil
  }

  func answer(_ choice: CertificateChoice) {
    for requester in requesters { requester.certificateFound(choice) }
  }
}

/// A server with TLS on a free port of the loopback, and a client's session for it.
private struct Site: Sendable {
  let context: TLSServerContext
  let session: TLSClientSession

  init() throws {
    let now = WallTime(seconds: Int64(time(nil)))
    let yesterday = WallTime(seconds: now.seconds - 86_400)
    let authority = try CertificateAuthority(name: "test", notBefore: yesterday)
    let issued = try authority.issue(names: ["a.test"], key: .ecdsa, notBefore: yesterday)
    let identity = try TLSIdentity(
      chainPEM: issued.chainPEM, privateKeyPEM: issued.privateKeyPEM, now: now)
    context = TLSServerContext(zone: ZoneID(high: 0, low: 1), identities: [identity])
    session = try TLSClientSession(
      TLSConnector(),
      to: TLSClientContext(
        host: "a.test", verification: .trust(TLSTrust(pem: authority.certificatePEM()))),
      resuming: nil)
  }

  func serve(_ source: HeldSource) async throws -> (HTTPServer, SocketAddress) {
    let keys = try #require(TLSTicketKeys(current: Array(repeating: 7, count: 80)))
    let acceptor = try TLSAcceptor(
      ticketKeys: keys,
      replayFilter: EarlyDataReplayFilter(
        start: Instant(nanoseconds: 0), hash: KeyedHash(key0: 1, key1: 2)))
    let descriptor = try Listener.listen(
      on: SocketAddress(ipv4: 127, 0, 0, 1, port: 0), sharesPort: false)
    let server = HTTPServer(loop: SharedRuntime.loop, handler: NoHandler(), acceptor: acceptor)
    let isListening = await SharedRuntime.on(SharedRuntime.loop) {
      server.certificates = source
      do throws(RuntimeError) { try server.listen(on: descriptor, scheme: .https) } catch {
        return false
      }
      return true
    }
    try #require(isListening)
    return (server, Listener.localAddress(of: descriptor))
  }
}

/// Answers nothing: no test here sends a request.
private final class NoHandler: ExchangeHandler {
  func handle(_ exchange: Exchange) -> Handling { .pending }
}
