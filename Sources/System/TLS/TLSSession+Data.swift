// Plaintext out of and into an open session.

import COpenSSL
package import Primitives

extension TLSSession {
  /// Reads plaintext into the front of `buffer`, as much as is there and fits, out of
  /// `Limits.recordsPerRead` records at most.
  package final func read(
    into buffer: inout MutableSpan<UInt8>, output: inout [UInt8]
  ) -> TLSReadOutcome {
    // Safe: the pointer is used within the closure only.
    unsafe buffer.withUnsafeMutableBytes { unsafe read(into: $0, output: &output) }
  }

  /// Reads plaintext into the free part of `storage`, which must have some.
  package final func read(into storage: ByteStorage, output: inout [UInt8]) -> TLSReadOutcome {
    var outcome = TLSReadOutcome.needsInput
    // Safe: the pointer is used within the closure only.
    _ = unsafe storage.fill { room in
      outcome = unsafe read(into: room, output: &output)
      switch outcome {
      case .bytes(let count), .earlyBytes(let count): return count
      case .needsInput, .closeNotify, .failed: return 0
      }
    }
    return outcome
  }

  /// As above, for callers under System/.
  @unsafe package final func read(
    into buffer: UnsafeMutableRawBufferPointer, output: inout [UInt8]
  ) -> TLSReadOutcome {
    precondition(buffer.count > 0, "no room to read into")
    let before = output.count
    holdsRecords = false
    let outcome: TLSReadOutcome
    switch stage {
    case .failed: return .failed(failure ?? .notOpen)
    case .handshake: return .needsInput
    case .open where records != nil: return unsafe readRecords(into: buffer, output: &output)
    case .open:
      // Without ciphertext there is nothing that the library could do.
      guard unsafe wire.pointee.input_count > 0 || SSL_has_pending(ssl) == 1 else {
        return receivedCloseNotify ? .closeNotify : .needsInput
      }
      outcome = withOutput(&output) { unsafe readLibrary(into: buffer) }
    case .early, .finishing:
      outcome = withOutput(&output) { unsafe readEarly(into: buffer) }
      if outcome == .needsInput, stage == .open, records != nil {
        return unsafe readRecords(into: buffer, output: &output)
      }
    }
    switch outcome {
    case .bytes, .earlyBytes: forgiveProvoked()
    case .needsInput:
      if stage == .open, let error = countProvoked(output.count > before) { return .failed(error) }
    case .closeNotify, .failed: break
    }
    return outcome
  }

  /// Encrypts all of `plaintext` into records that are appended to `output`.
  ///
  /// Throws `notOpen` before the handshake is done (unless 0-RTT data is being answered) and the
  /// session's error after it failed.
  package final func write(
    _ plaintext: Span<UInt8>, output: inout [UInt8]
  ) throws(TLSError) {
    guard plaintext.count > 0 else { return }
    if stage == .failed { throw failure ?? .notOpen }
    guard stage != .handshake else { throw .notOpen }
    if let records {
      guard records.write(plaintext, output: &output) else {
        throw fail(.internalFailure("a record was not encrypted"))
      }
      return
    }
    let isEarly = stage != .open
    // Safe: the library reads `plaintext` during the call only.
    let error: TLSError? = withOutput(&output) {
      unsafe plaintext.withUnsafeBytes { bytes in
        var written = 0
        let result =
          isEarly
          ? unsafe SSL_write_early_data(ssl, bytes.baseAddress, bytes.count, &written)
          : unsafe SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &written)
        if result == 1, written == bytes.count { return nil }
        if case .failed(let error) = verdict(result) { return error }
        return fail(.internalFailure("a write was not taken whole"))
      }
    }
    if let error { throw error }
  }

  /// As above, of a body's slice.
  package final func write(_ plaintext: Bytes, output: inout [UInt8]) throws(TLSError) {
    var failure: TLSError?
    plaintext.withSpan { span in
      do throws(TLSError) {
        try write(span, output: &output)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Reads until the buffer is full, the ciphertext is used up, or enough records were opened.
  @unsafe private final func readLibrary(
    into buffer: UnsafeMutableRawBufferPointer
  ) -> TLSReadOutcome {
    var total = 0
    var recordCount = 0
    while total < buffer.count && !isEnough(&recordCount) {
      var count = 0
      // Safe: the library writes at most the room that is left.
      let result = unsafe SSL_read_ex(
        ssl, buffer.baseAddress.map { unsafe $0 + total }, buffer.count - total, &count)
      if result == 1 {
        total += count
        if unsafe wire.pointee.input_count == 0 && SSL_has_pending(ssl) == 0 { break }
        continue
      }
      // What came before a failure is delivered; the failure is told by the next read.
      switch verdict(result) {
      case .needsInput, .needsContext: return total > 0 ? .bytes(total) : .needsInput
      case .closeNotify: return total > 0 ? .bytes(total) : .closeNotify
      case .failed(let error): return total > 0 ? .bytes(total) : .failed(error)
      }
    }
    return .bytes(total)
  }

  /// Counts one more record; true if the read has opened as many as it may.
  final func isEnough(_ recordCount: inout Int) -> Bool {
    holdsRecords = recordCount == Limits.recordsPerRead
    recordCount += 1
    return holdsRecords
  }

  /// Reads 0-RTT data, and at its end goes on to complete the handshake.
  @unsafe private final func readEarly(
    into buffer: UnsafeMutableRawBufferPointer
  ) -> TLSReadOutcome {
    var total = 0
    if let byte = firstEarlyByte {
      unsafe buffer[0] = byte
      firstEarlyByte = nil
      total = 1
    }
    var recordCount = 0
    while stage == .early, total < buffer.count, !isEnough(&recordCount) {
      var count = 0
      // Safe: the library writes at most the room that is left.
      let result = unsafe SSL_read_early_data(
        ssl, buffer.baseAddress.map { unsafe $0 + total }, buffer.count - total, &count)
      total += count
      if result == SSL_READ_EARLY_DATA_SUCCESS { continue }
      if result == SSL_READ_EARLY_DATA_FINISH {
        stage = .finishing
        break
      }
      switch verdict(0) {
      case .failed(let error): return total > 0 ? .earlyBytes(total) : .failed(error)
      case .needsInput, .needsContext, .closeNotify:
        return total > 0 ? .earlyBytes(total) : .needsInput
      }
    }
    if total > 0 { return .earlyBytes(total) }
    guard stage == .finishing else { return .needsInput }
    let result = unsafe SSL_do_handshake(ssl)
    if result == 1 {
      opened()
      return records == nil ? unsafe readLibrary(into: buffer) : .needsInput
    }
    switch verdict(result) {
    case .failed(let error): return .failed(error)
    case .closeNotify: return .closeNotify
    case .needsInput, .needsContext: return .needsInput
    }
  }
}
