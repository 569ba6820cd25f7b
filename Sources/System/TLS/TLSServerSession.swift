// The server's end of one connection.

import COpenSSL
package import Primitives

/// A server session: it pauses after the ClientHello until its zone's context is chosen.
// Confined to its loop, as its superclass.
package final class TLSServerSession: TLSSession, @unchecked Sendable {
  let acceptor: TLSAcceptor

  /// What the client said; nil before it arrived.
  package private(set) var clientHello: ClientHello?
  /// The context that was chosen.
  package private(set) var context: TLSServerContext?

  private var choice = Choice.unasked
  private var now = Instant(nanoseconds: 0)
  private var captured: [UInt8] = []
  /// Keys for after the handshake, as soon as the library has them.
  private var receiving: TrafficKeys?
  private var sending: TrafficKeys?

  /// A session that waits for a ClientHello.
  package init(_ acceptor: TLSAcceptor) throws(TLSError) {
    self.acceptor = acceptor
    try unsafe super.init(context: acceptor.context)
    unsafe SSL_set_accept_state(ssl)
    unsafe wire.pointee.derived = { owner, isServer, secret, count in
      guard let owner = unsafe owner, let secret = unsafe secret else { return }
      // Safe: the session outlives its wire, on whose behalf the library runs; `count` bytes are
      // lent.
      unsafe Unmanaged<TLSServerSession>.fromOpaque(owner).takeUnretainedValue()
        .derived(Span(_unsafeStart: secret, count: count), isOurs: isServer == 1)
    }
  }

  /// How far the choice of a context is.
  private enum Choice {
    case unasked
    case pending
    /// Chosen; the library has not asked again yet.
    case chosen
    case settled
  }

  // MARK: The choice

  /// Answers with `context` from here on; call `handshake` again.
  package func use(_ context: TLSServerContext) throws(TLSError) {
    precondition(choice == .pending, "no choice is pending")
    OpenSSL.forgetErrors()
    for identity in context.identities {
      // Safe: the library takes references of its own.
      guard
        unsafe SSL_use_cert_and_key(
          ssl, identity.leaf.pointer, identity.key.pointer, identity.chain.pointer, 1) == 1
      else { throw .internalFailure(OpenSSL.takeError()?.words ?? "certificate not taken") }
    }
    let scope = context.resumptionScope
    // Safe: the library copies the scope.
    let isScoped = unsafe scope.withUnsafeBufferPointer {
      unsafe SSL_set_session_id_context(ssl, $0.baseAddress, UInt32($0.count))
    }
    let early = context.allowsEarlyData ? Limits.earlyDataBytes : 0
    guard isScoped == 1, unsafe SSL_set_max_early_data(ssl, early) == 1,
      unsafe skerry_ssl_set_min_version(ssl, Int32(context.minimumVersion.rawValue)) == 1
    else { throw .internalFailure(OpenSSL.takeError()?.words ?? "settings refused") }
    if let trust = context.clientTrust {
      // Safe: the library takes a reference to the store.
      guard unsafe skerry_ssl_set_trust(ssl, trust.store) == 1 else {
        throw .internalFailure(OpenSSL.takeError()?.words ?? "trust not taken")
      }
      unsafe SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
      // A ticket would outlive the certificate, and whoever vouched for it.
      guard unsafe SSL_set_num_tickets(ssl, 0) == 1 else {
        throw .internalFailure(OpenSSL.takeError()?.words ?? "settings refused")
      }
    }
    self.context = context
    choice = .chosen
  }

  /// Ends the handshake with `alert` when `handshake` is called again.
  package func refuse(_ alert: TLSAlert = .unrecognizedName) {
    precondition(choice == .pending, "no choice is pending")
    refusal = alert
    choice = .chosen
  }

  // MARK: The handshake

  /// Goes as far as the ciphertext received allows; `now` dates 0-RTT flights.
  package func handshake(now: Instant, output: inout [UInt8]) -> TLSHandshakeStep {
    switch stage {
    case .open: return .done
    case .failed: return .failed(failure ?? .notOpen)
    case .early: return .earlyData
    case .handshake where choice == .pending: return .needsContext
    case .handshake, .finishing: break
    }
    self.now = now
    return withOutput(&output) { stage == .handshake ? accept() : finish() }
  }

  /// Up to the end of our flight. The call that may yield 0-RTT data must be the first and only one
  /// for this part, or the library refuses such data.
  private func accept() -> TLSHandshakeStep {
    var byte: UInt8 = 0
    var count = 0
    // Safe: room for the one byte that is asked for.
    let result = unsafe SSL_read_early_data(ssl, &byte, 1, &count)
    switch result {
    case SSL_READ_EARLY_DATA_SUCCESS:
      firstEarlyByte = count == 1 ? byte : nil
      stage = .early
      return .earlyData
    case SSL_READ_EARLY_DATA_FINISH:
      stage = .finishing
      return finish()
    default: return step(0)
    }
  }

  private func finish() -> TLSHandshakeStep {
    let result = unsafe SSL_do_handshake(ssl)
    guard result == 1 else { return step(result) }
    opened()
    return .done
  }

  private func step(_ result: Int32) -> TLSHandshakeStep {
    switch verdict(result) {
    case .needsInput: return .needsInput
    case .needsContext: return .needsContext
    case .closeNotify:
      return .failed(fail(.protocolViolation("the connection was closed during the handshake")))
    case .failed(let error): return .failed(error)
    }
  }

  // MARK: What the library asks

  /// The answer to a ClientHello.
  enum HelloAnswer {
    case proceed
    case wait
    case refuse(TLSAlert)
  }

  /// Called for each ClientHello, and again after a pause.
  func sawClientHello() -> HelloAnswer {
    switch choice {
    case .pending: return .wait
    case .chosen:
      choice = .settled
      return refusal.map { .refuse($0) } ?? .proceed
    case .unasked, .settled: break
    }
    guard let ssl = unsafe ssl else { return .refuse(.internalError) }
    let hello: ClientHello
    do throws(ClientHello.Fault) {
      hello = try unsafe ClientHello(offeredTo: ssl)
    } catch {
      refusal = error == .malformed ? .decodeError : .unrecognizedName
      return .refuse(refusal ?? .decodeError)
    }
    if let first = clientHello {
      // RFC 8446 section 4.1.2: a second ClientHello repeats the first one's name.
      guard first.serverName == hello.serverName else {
        refusal = .illegalParameter
        return .refuse(.illegalParameter)
      }
      return .proceed
    }
    clientHello = hello
    clientHello?.message = captured
    captured = []
    choice = .pending
    return .wait
  }

  /// Whether this flight's 0-RTT data may be taken: the zone allows it and it is no replay.
  func admitsEarlyData() -> Bool {
    guard context?.allowsEarlyData == true else { return false }
    var random: InlineArray<32, UInt8> = .init(repeating: 0)
    var span = random.mutableSpan
    // Safe: the library writes at most the 32 bytes that are there.
    let count = unsafe span.withUnsafeMutableBufferPointer {
      unsafe SSL_get_client_random(ssl, $0.baseAddress, $0.count)
    }
    guard count == 32 else { return false }
    return acceptor.replayFilter.admits(random: random.span, now: now)
  }

  // MARK: What the library shows

  /// Keeps the bytes of the first ClientHello as the library reads them.
  func captured(message: Span<UInt8>) {
    guard acceptor.capturesClientHello, clientHello == nil,
      message.count <= Limits.capturedClientHelloBytes
    else { return }
    captured = []
    captured.append(message)
  }

  /// A traffic secret for after the handshake was derived.
  func derived(_ secret: Span<UInt8>, isOurs: Bool) {
    guard let suite = RecordSuite(rawValue: cipherSuite), secret.count == suite.secretBytes else {
      return
    }
    let keys = TrafficKeys(secret, contexts: acceptor.suites[suite], isSealing: isOurs)
    if isOurs { sending = keys } else { receiving = keys }
  }

  /// The library protected a record; it counts if it was under the key that we go on with: tickets,
  /// and answers to 0-RTT data.
  func protectedRecord() { sending?.sequence += 1 }

  /// Whether the client has room for small records only (RFC 6066 section 4). Such sessions are rare and stay
  /// with the library, which keeps to what it has agreed to.
  private var limitsFragments: Bool {
    guard let session = unsafe SSL_get_session(ssl) else { return false }
    return unsafe SSL_SESSION_get_max_fragment_length(session) != 0
  }

  /// With TLS 1.3 our record layer goes on from here: the client's first record is the next one.
  override func opened() {
    super.opened()
    defer {
      receiving = nil
      sending = nil
    }
    guard let receiving, let sending, version == .tls13, !limitsFragments,
      unsafe SSL_has_pending(ssl) == 0
    else { return }
    let negotiated = Negotiated(
      suite: sending.contexts.suite, applicationProtocol: applicationProtocol,
      isResumed: isResumed, acceptedEarlyData: acceptedEarlyData,
      peerNames: context?.clientTrust == nil ? [] : peerNames)
    hand(over: RecordLayer(receiving: receiving, sending: sending), negotiated)
  }
}
