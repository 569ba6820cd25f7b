// Sending: gathered responses first, then whatever the kernel did not take before.

import Primitives
import Runtime
import TLS

extension ServerConnection {
  /// Bytes that wait for the client.
  var pendingOutputCount: Int {
    pendingOutput.byteCount + pendingRecords.byteCount + loop.output.count
  }

  /// Sends plain bytes in order: gathered for the end of the turn if nothing waits, else queued.
  func emit(_ bytes: Bytes) {
    guard isOpen else { return }
    if isInTurn && pendingOutput.isEmpty
      && bytes.count <= HTTPServerLimits.copiedBodyBytes
    {
      loop.output.append(bytes)
      if loop.output.count >= HTTPServerLimits.gatheredOutputBytes { flush() }
      return
    }
    moveGathered()
    pendingOutput.append(bytes)
    if !isInTurn { enqueue() }
  }

  /// Sends what `write` appends, in order.
  func emit(_ write: (inout [UInt8]) -> Void) {
    guard isOpen else { return }
    if isInTurn && pendingOutput.isEmpty {
      write(&loop.output)
      return
    }
    var bytes: [UInt8] = []
    write(&bytes)
    pendingOutput.append(Bytes(bytes))
    if !isInTurn { enqueue() }
  }

  /// Gathered bytes go to the queue, because something must come after them that is not gathered.
  private func moveGathered() {
    guard isInTurn, !loop.output.isEmpty else { return }
    pendingOutput.append(copying: loop.output.span)
    loop.output.removeAll(keepingCapacity: true)
  }

  /// Sends as much as the client takes; ends the connection if that was all and it is to end.
  func flush() {
    if session == nil { flushPlain() } else { flushRecords() }
    guard isOpen else { return }
    outputChanged()
    if ending == .afterOutput && pendingOutputCount == 0 { linger() }
  }

  private func flushPlain() {
    if isInTurn && !loop.output.isEmpty {
      if pendingOutput.isEmpty && canSend {
        sendGathered()
      } else {
        moveGathered()
      }
    }
    guard isOpen, !pendingOutput.isEmpty else { return }
    switch pendingOutput.flush(to: self) {
    case .drained, .blocked: break
    case .more: enqueue()
    case .failed: abort()
    }
  }

  private func sendGathered() {
    defer { loop.output.removeAll(keepingCapacity: true) }
    switch send(loop.output.span) {
    case .bytes(let count):
      if count < loop.output.count {
        pendingOutput.append(
          copying: loop.output.span.extracting(count..<loop.output.count))
      }
    case .failed: abort()
    }
  }

  /// Encrypts and sends in bounded pieces, so that ciphertext never piles up.
  private func flushRecords() {
    var budget = HTTPServerLimits.encryptedBytesPerTurn
    while isOpen {
      if !pendingRecords.isEmpty {
        if case .failed = pendingRecords.flush(to: self) { return abort() }
        guard pendingRecords.isEmpty else { return }
      }
      guard let session, session.canWrite else { return moveGathered() }
      if loop.output.isEmpty || !isInTurn {
        guard !pendingOutput.isEmpty else { return }
        guard budget > 0 else {
          enqueue()
          return
        }
        gatherPending(&server.plaintext)
        budget -= server.plaintext.count
        encryptAndSend(session, &server.plaintext)
      } else {
        encryptAndSend(session, &loop.output)
      }
    }
  }

  /// Takes up to 64 KiB of what waits.
  private func gatherPending(_ plaintext: inout [UInt8]) {
    pendingOutput.take(atMost: 64 << 10) { plaintext.append($0) }
  }

  private func encryptAndSend(_ session: TLSServerSession, _ plaintext: inout [UInt8]) {
    session.write(plaintext.span, output: &server.ciphertext)
    plaintext.removeAll(keepingCapacity: true)
    sendRecords()
  }

  /// Sends what the session has written.
  func sendRecords() {
    defer { server.ciphertext.removeAll(keepingCapacity: true) }
    guard isOpen, !server.ciphertext.isEmpty else { return }
    guard pendingRecords.isEmpty && canSend else {
      pendingRecords.append(copying: server.ciphertext.span)
      return
    }
    switch send(server.ciphertext.span) {
    case .bytes(let count):
      if count < server.ciphertext.count {
        pendingRecords.append(
          copying: server.ciphertext.span.extracting(count..<server.ciphertext.count))
      }
    case .failed: abort()
    }
  }

  private func outputChanged() {
    switch engine {
    case .http1(let http1): http1.outputChanged()
    case .http2(let http2): http2.outputChanged()
    case .undecided, .closing: break
    }
  }

  /// Says that nothing more will come, and waits a while for the client to close: a reset before it
  /// has read the last response could destroy that response (RFC 9112 section 9.6).
  private func linger() {
    ending = .lingering
    if let session {
      session.close(into: &server.ciphertext)
      sendRecords()
    }
    guard isOpen else { return }
    shutdownWrite()
    if hasEnded || isHungUp { return finish(reset: false) }
    engine = .closing
    setDeadline(loop.now.advanced(byNanoseconds: HTTPServerLimits.lingeringNanoseconds))
  }

  /// Ends the connection once everything is sent.
  func endAfterOutput() {
    ending = .afterOutput
    if !isInTurn { enqueue() }
  }
}
