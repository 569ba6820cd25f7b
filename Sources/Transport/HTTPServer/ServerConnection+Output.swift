// Sending: gathered responses first, then whatever the kernel did not take before.

import Primitives
import Runtime
import TLS

extension ServerConnection {
  /// Bytes that wait for the client.
  var pendingOutputCount: Int { queuedOutputCount + loop.output.count }

  /// Those that the kernel did not take at once.
  var queuedOutputCount: Int { pendingOutput.byteCount + pendingRecords.byteCount }

  /// Bytes of responses that wait for the client, wherever they wait. Of each response no more counts
  /// than a stream may have queued: the rest is a body that the cache holds anyway.
  var waitingOutputCount: Int {
    let limit = HTTPServerLimits.pendingOutputBytes
    let own = min(pendingOutput.byteCount, limit) + pendingRecords.byteCount
    guard engine.isHTTP2, case .http2(let http2) = engine else { return own }
    return own + http2.waitingOutputCount
  }

  /// Sends plain bytes in order: gathered for the end of the turn if nothing waits, else queued.
  func emit(_ bytes: Bytes) {
    guard isOpen else { return }
    if isInTurn && pendingOutput.isEmpty && bytes.loan == nil
      && bytes.count <= HTTPServerLimits.copiedBodyBytes
    {
      loop.output.append(bytes)
      if loop.output.count >= HTTPServerLimits.gatheredOutputBytes { sendGatheredNow() }
      return
    }
    if isInTurn && session == nil && pendingOutput.isEmpty && canSend
      && sentInTurn < RuntimeLimits.flushBytes && bytes.isInMemory(upTo: RuntimeLimits.flushBytes)
    {
      return sendGathered(with: bytes)
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
  func moveGathered() {
    guard isInTurn, !loop.output.isEmpty else { return }
    loop.output.withSpan { pendingOutput.append(copying: $0) }
    loop.output.removeAll(keepingCapacity: true)
  }

  /// Sends as much as the client takes; ends the connection if that was all and it is to end.
  func flush() {
    var rounds = 4
    var hasMore = false
    repeat {
      if engine.isHTTP2, case .http2(let http2) = engine, isInTurn, pendingOutput.isEmpty, canSend {
        hasMore = http2.pump(into: &loop.output)
      }
      if session == nil { flushPlain() } else { flushRecords() }
      rounds -= 1
    } while isOpen && hasMore && canSend && rounds > 0
    guard isOpen else { return }
    if hasMore && canSend { enqueue() }
    tellOutput()
    outputChanged()
    if ending == .afterOutput && pendingOutputCount == 0 && !hasMore { linger() }
  }

  private func flushPlain() {
    if isInTurn && !loop.output.isEmpty {
      if pendingOutput.isEmpty && canSend { sendGathered() } else { moveGathered() }
    }
    guard isOpen, !pendingOutput.isEmpty, !awaitsLoan else { return }
    switch pendingOutput.flush(to: self) {
    case .drained, .blocked: break
    case .more: if let loan = pendingOutput.absentLoan { bring(loan) } else { enqueue() }
    case .failed: abort()
    }
  }

  /// Lets what comes next be brought into memory, which is not this loop's to wait for.
  private func bring(_ loan: FileLoan) {
    awaitsLoan = true
    loan.bring { [self] isThere in
      loop.systemLane.post { [self] in
        awaitsLoan = false
        // The client has part of the response: it sees that the rest is missing.
        if isThere { enqueue() } else { abort() }
      }
    }
  }

  /// Makes room for more responses of this turn.
  private func sendGatheredNow() {
    if session == nil { flushPlain() } else { flushRecords() }
  }

  /// Sends a large body right behind its head; the kernel copies it from where it lies.
  private func sendGathered(with body: Bytes) {
    defer { loop.output.removeAll(keepingCapacity: true) }
    let first = body.slice(0..<min(body.count, RuntimeLimits.flushBytes))
    switch loop.output.withSpan({ body.file < 0 ? send($0, first) : send($0, file: first) }) {
    case .bytes(let count):
      sentInTurn += count
      let ofHead = min(count, loop.output.count)
      loop.output.withSpan { pendingOutput.append(copying: $0.extracting(ofHead..<$0.count)) }
      pendingOutput.append(body.dropFirst(count - ofHead))
      if canSend && !pendingOutput.isEmpty { enqueue() }
    case .failed: abort()
    }
  }

  private func sendGathered() {
    defer { loop.output.removeAll(keepingCapacity: true) }
    switch loop.output.withSpan({ send($0) }) {
    case .bytes(let count):
      if count < loop.output.count {
        loop.output.withSpan { pendingOutput.append(copying: $0.extracting(count..<$0.count)) }
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
      guard let session, canEncrypt else { return moveGathered() }
      if loop.output.isEmpty || !isInTurn {
        guard !pendingOutput.isEmpty else { return }
        guard budget > 0 else {
          enqueue()
          return
        }
        budget -= encryptPending(session)
      } else if !encrypt(&loop.output, session) {
        return abort()
      }
      sendRecords()
    }
  }

  /// Encrypts up to 64 KiB of what waits, and says how much that was: small pieces are gathered, so
  /// that they share a record, large ones are encrypted from where they lie.
  private func encryptPending(_ session: TLSServerSession) -> Int {
    let before = pendingOutput.byteCount
    var isSound = true
    pendingOutput.take(atMost: 64 << 10) { piece in
      guard piece.count >= HTTPServerLimits.copiedBodyBytes else {
        return server.plaintext.append(piece)
      }
      isSound = isSound && encrypt(&server.plaintext, session) && encrypt(piece, session)
    }
    // In any case, so that nothing stays for another connection.
    isSound = encrypt(&server.plaintext, session) && isSound
    if !isSound { abort() }
    return before - pendingOutput.byteCount
  }

  private func encrypt(_ plaintext: inout [UInt8], _ session: TLSServerSession) -> Bool {
    defer { plaintext.removeAll(keepingCapacity: true) }
    return encrypt(plaintext.span, session)
  }

  /// Appends records of `plaintext` to the ciphertext; false if the session is over.
  private func encrypt(_ plaintext: Span<UInt8>, _ session: TLSServerSession) -> Bool {
    do throws(TLSError) {
      try session.write(plaintext, output: &server.ciphertext)
      return true
    } catch { return false }
  }

  /// Sends what the session has written.
  func sendRecords() {
    defer { server.ciphertext.removeAll(keepingCapacity: true) }
    guard isOpen, !server.ciphertext.isEmpty else { return }
    guard pendingRecords.isEmpty && canSend else {
      server.ciphertext.withSpan { pendingRecords.append(copying: $0) }
      return
    }
    switch server.ciphertext.withSpan({ send($0) }) {
    case .bytes(let count):
      if count < server.ciphertext.count {
        server.ciphertext.withSpan {
          pendingRecords.append(copying: $0.extracting(count..<$0.count))
        }
      }
    case .failed: abort()
    }
  }

  /// Says that nothing more will come, and waits a while for the client to close: a reset before it
  /// has read the last response could destroy that response (RFC 9112 section 9.6).
  private func linger() {
    if isOver { return finish(reset: false) }
    if let session {
      session.close(output: &server.ciphertext)
      sendRecords()
    }
    // What of our close_notify the kernel did not take leaves first; then this is called again.
    guard isOpen, pendingRecords.isEmpty else { return }
    ending = .lingering
    shutdownWrite()
    if hasEnded || isHungUp { return finish(reset: false) }
    // After a fault there may be streams that nobody will serve any more.
    if case .http2(let http2) = engine { http2.closed() }
    engine = .closing
    untaken = (unacknowledgedBytes, loop.now)
    setDeadline(loop.now.advanced(byNanoseconds: HTTPServerLimits.lingeringNanoseconds))
  }

  /// The client has had time to close. While it takes what the kernel has of the last response it has
  /// more; who takes nothing is reset as during a response.
  func lingerOn() {
    let bytes = unacknowledgedBytes
    guard bytes > 0 else { return finish(reset: false) }
    if bytes + HTTPServerLimits.leastTakenBytes <= untaken.bytes {
      untaken = (bytes, loop.now)
    } else if loop.now.nanoseconds(since: untaken.since) >= HTTPServerLimits.writeIdleNanoseconds {
      return abort()
    }
    setDeadline(loop.now.advanced(byNanoseconds: HTTPServerLimits.lingeringNanoseconds))
  }

  /// Whether the client certainly sends nothing more, so that there is nothing to wait for: it said so
  /// (RFC 9112 section 9.6), and all that it sent has been read. TLS has an end of its own.
  private var isOver: Bool {
    guard session == nil, pendingInput.isEmpty, !canReceive, case .http1(let http1) = engine
    else { return false }
    return http1.isLastRequest
  }

  /// Ends the connection once everything is sent.
  func endAfterOutput() {
    ending = .afterOutput
    if !isInTurn { enqueue() }
  }
}
