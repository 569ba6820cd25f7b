// TLS between the socket and the engine.

import Exchange
import HTTP
import Primitives
import Runtime
import TLS

extension ServerConnection: CertificateRequester {
  /// Whether the session takes plaintext: after the handshake, or in answer to early data.
  var canEncrypt: Bool { session?.isOpen == true || client.isEarlyData }

  /// Bytes from the socket: records of the handshake or of data.
  func receivedRecords(_ bytes: Span<UInt8>) {
    guard let session else { return }
    session.receive(bytes) { advance(session) }
    sendRecords()
  }

  /// Goes on with records that were kept, because the engine wanted no more.
  func resumeRecords() {
    guard let session, session.unconsumedBytes > 0, wantsInput else { return }
    advance(session)
    sendRecords()
  }

  private func advance(_ session: TLSServerSession) {
    if case .undecided = engine, !session.isOpen, !client.isEarlyData {
      guard handshake(session) else { return }
    }
    var plaintext: [UInt8] = []
    swap(&plaintext, &server.decrypted)
    defer { swap(&plaintext, &server.decrypted) }
    while isOpen && wantsInput {
      var buffer = plaintext.mutableSpan
      switch session.read(into: &buffer, output: &server.ciphertext) {
      case .bytes(let count):
        client.isEarlyData = false
        receivedPlain(plaintext.span.extracting(0..<count))
      case .earlyBytes(let count):
        client.isEarlyData = true
        receivedPlain(plaintext.span.extracting(0..<count))
      case .needsInput: return
      case .closeNotify: return inputEnded()
      case .failed:
        sendRecords()
        return abort()
      }
      recordReadsInTurn += 1
    }
    // Its end may have come behind what was read, while nothing more is wanted.
    if isOpen && session.receivedCloseNotify && !hasEnded { inputEnded() }
  }

  /// Keeps bytes for later, decrypted: the engine wants none now, but the client's end may be there.
  func keep(_ bytes: Span<UInt8>) {
    guard let session else { return pendingInput.append(bytes) }
    session.receive(bytes) { keepPlain(session) }
    sendRecords()
  }

  private func keepPlain(_ session: TLSServerSession) {
    var plaintext: [UInt8] = []
    swap(&plaintext, &server.decrypted)
    defer { swap(&plaintext, &server.decrypted) }
    while isOpen {
      var buffer = plaintext.mutableSpan
      switch session.read(into: &buffer, output: &server.ciphertext) {
      case .bytes(let count):
        // The handshake is done: what came before it can't be a replay either.
        client.isEarlyData = false
        pendingInput.append(plaintext.span.extracting(0..<count))
      case .earlyBytes(let count):
        client.isEarlyData = true
        pendingInput.append(plaintext.span.extracting(0..<count))
      case .needsInput: return
      case .closeNotify: return inputEnded()
      case .failed:
        sendRecords()
        return abort()
      }
    }
  }

  /// Goes on with the handshake; true when data can be read.
  private func handshake(_ session: TLSServerSession) -> Bool {
    switch session.handshake(now: loop.now, output: &server.ciphertext) {
    case .needsInput: return false
    case .needsContext:
      chooseCertificate(session)
      return false
    case .done, .earlyData:
      if let context = session.context {
        let names = context.clientTrust == nil ? [] : session.peerNames
        client.certificate = ShownCertificate(zone: context.zone, clientNames: names) { name in
          context.identities.contains { $0.covers(name) }
        }
      }
      start(session.applicationProtocol == .http2 ? .http2 : .http11)
      return true
    case .failed:
      sendRecords()
      finish(reset: false)
      return false
    }
  }

  /// Asks, once, for the certificate of the name that the client wants; the handshake goes on with
  /// it, now or when it has been looked up. Nothing is read meanwhile.
  private func chooseCertificate(_ session: TLSServerSession) {
    guard case .notAsked = choosing else { return }
    choosing = .asked
    let choice = server.certificates?.certificate(
      for: session.clientHello?.serverName, requester: self)
    if let choice { use(choice, for: session) }
  }

  /// The certificate that was asked for: the handshake goes on in a turn of this connection's, on the
  /// lane of the zone.
  func certificateFound(_ choice: CertificateChoice) {
    guard isOpen, case .asked = choosing else { return }
    choosing = .found(choice)
    if case .use(_, let lane) = choice { self.lane = lane }
    enqueue()
  }

  /// Goes on with a handshake whose certificate was found since the last turn.
  func resumeHandshake() {
    guard let session, case .found(let choice) = choosing else { return }
    use(choice, for: session)
    sendRecords()
  }

  private func use(_ choice: CertificateChoice, for session: TLSServerSession) {
    choosing = .settled
    switch choice {
    case .use(let context, let lane):
      self.lane = lane
      // The zone pays for the key exchange and the signature.
      loop.charge(lane)
      do throws(TLSError) { try session.use(context) } catch { return abort() }
    case .unrecognizedName: session.refuse(.unrecognizedName)
    case .unavailable: session.refuse(.internalError)
    }
    advance(session)
  }
}
