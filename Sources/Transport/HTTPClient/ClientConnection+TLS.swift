// TLS on a connection to an origin.

import Primitives
import Runtime
package import TLS

extension ClientConnection {
  /// Makes the handshake; what is sent and received from then on is protected.
  func secure(
    _ security: ClientSecurity, deadline: Instant, parker: Parker
  ) async throws(HTTPClientError) {
    let session: TLSClientSession
    do throws(TLSError) {
      session = try TLSClientSession(
        security.connector, to: security.context, resuming: security.resumption)
    } catch {
      throw Self.clientError(error)
    }
    opener = parker
    defer { opener = nil }
    while true {
      let step = session.handshake(output: &ciphertext)
      try flushCiphertext()
      switch step {
      case .done:
        self.session = session
        holdsPlaintext = session.unconsumedBytes > 0
        return
      case .failed(let error): throw Self.clientError(error)
      case .needsInput, .needsContext, .earlyData: break
      }
      try await receiveHandshake(session, deadline: deadline, parker: parker)
    }
  }

  private func receiveHandshake(
    _ session: TLSClientSession, deadline: Instant, parker: Parker
  ) async throws(HTTPClientError) {
    while true {
      if parker.isCancelled { throw .cancelled }
      if canReceive {
        switch receive() {
        case .bytes(let count): return loop.withInput(count) { session.receive($0) }
        case .wouldBlock: break
        case .end: throw .handshakeFailed("the origin closed during the TLS handshake")
        case .failed(let error): throw .connectionBroken(error)
        }
      }
      if await parker.park(until: deadline) == .timedOut { throw .connectTimedOut }
    }
  }

  /// What ALPN agreed on; nil without TLS or agreement.
  package var applicationProtocol: ApplicationProtocol? { session?.applicationProtocol }

  /// What the origin gave to resume its session with; nil if nothing since the last call.
  package func takeResumption() -> TLSResumption? { session?.takeResumption() }

  /// Whether the origin may have been cut off in the middle: TLS without its own end (RFC 9112
  /// section 9.8).
  var isCutOff: Bool { session.map { !$0.receivedCloseNotify } ?? false }

  // MARK: - Sending

  func encrypt(
    _ head: Span<UInt8>, _ body: Bytes, _ session: TLSClientSession
  ) throws(HTTPClientError) {
    do throws(TLSError) {
      try session.write(head, output: &ciphertext)
      try session.write(body, output: &ciphertext)
    } catch {
      throw Self.clientError(error)
    }
    try flushCiphertext()
  }

  private func flushCiphertext() throws(HTTPClientError) {
    guard !ciphertext.isEmpty else { return }
    var records: [UInt8] = []
    swap(&records, &ciphertext)
    try transmitRaw(records.span)
    // An idle connection should not keep the memory of a large upload.
    guard records.capacity <= HTTPClientLimits.keptCiphertextBytes else { return }
    records.removeAll(keepingCapacity: true)
    swap(&records, &ciphertext)
  }

  /// Tells the origin that this is the end, as far as it still listens.
  func sayGoodbye() {
    guard let session else { return }
    var records: [UInt8] = []
    session.close(output: &records)
    if !records.isEmpty && queuedBytes == 0 { _ = send(records.span) }
    ciphertext = []
  }

  // MARK: - Receiving

  /// Decrypts into `block` what has come, receiving once if nothing waits.
  func decrypt(into block: ByteStorage, _ session: TLSClientSession) -> Reception {
    var outcome = session.read(into: block, output: &ciphertext)
    if outcome == .needsInput && canReceive {
      switch receive() {
      case .bytes(let count):
        loop.withInput(count) { input in
          session.receive(input) { outcome = session.read(into: block, output: &ciphertext) }
        }
      case .wouldBlock: break
      case .end: return .end
      case .failed(let error): return .failed(.connectionBroken(error))
      }
    }
    holdsPlaintext = block.free == 0 || session.holdsRecords
    do throws(HTTPClientError) { try flushCiphertext() } catch { return .failed(error) }
    switch outcome {
    case .bytes(let count), .earlyBytes(let count): return .bytes(count)
    case .needsInput: return .wouldBlock
    case .closeNotify: return .end
    case .failed(let error): return .failed(Self.clientError(error))
    }
  }

  private static func clientError(_ error: TLSError) -> HTTPClientError {
    if case .verification = error { return .certificateRefused(error.description) }
    return .handshakeFailed(error.description)
  }
}
