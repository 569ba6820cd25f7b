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

  /// A session that waits for a ClientHello.
  package init(_ acceptor: TLSAcceptor) throws(TLSError) {
    self.acceptor = acceptor
    try unsafe super.init(context: acceptor.context)
    unsafe SSL_set_accept_state(ssl)
    if acceptor.capturesClientHello { capture() }
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
    stage = .open
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

  // MARK: Capture

  /// Keeps the bytes of the first ClientHello as the library reads them.
  private func capture() {
    unsafe SSL_set_msg_callback(ssl) { isWritten, _, kind, bytes, count, ssl, _ in
      guard isWritten == 0, kind == SSL3_RT_HANDSHAKE, count <= Limits.capturedClientHelloBytes,
        let ssl = unsafe ssl, let bytes = unsafe bytes,
        let owner = unsafe skerry_wire_of(ssl)?.pointee.owner
      else { return }
      // Safe: the session outlives its SSL object; `count` bytes are lent.
      let session = unsafe Unmanaged<TLSServerSession>.fromOpaque(owner).takeUnretainedValue()
      guard session.clientHello == nil else { return }
      session.captured = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }
  }
}
