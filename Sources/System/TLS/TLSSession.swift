// One TLS connection, either end, without any I/O: bytes in, bytes out.

import COpenSSL
import Primitives

/// What both ends have in common: ciphertext lent for a call, output appended to a lent array.
///
/// Confined to the loop of its connection. Every call appends to `output` whatever is to be sent
/// (records, handshake messages, alerts), also when it fails.
// Confined to its loop: never used by two threads at a time.
@safe package class TLSSession: @unchecked Sendable {
  // Safe: owned by this object alone, freed in `releaseLibrary` or `deinit`, and the wire outlives
  // the SSL object.
  /// The library's object; nil once `records` has taken over.
  final private(set) var ssl: OpaquePointer?
  final let wire: UnsafeMutablePointer<skerry_wire>

  /// Ciphertext that was not consumed at once; the wire's input points into it.
  private final var kept: UnsafeMutablePointer<UInt8>?
  private final var isLent = false
  private final var provoked = 0

  final var stage = Stage.handshake
  final var failure: TLSError?
  /// The alert with which we ended the handshake.
  final var refusal: TLSAlert?
  /// The first byte of 0-RTT data, which told us that there is any.
  final var firstEarlyByte: UInt8?

  /// What protects data after the handshake, if it is not the library.
  final private(set) var records: RecordLayer?
  /// What was negotiated, once the library is gone.
  final private(set) var negotiated: Negotiated?

  /// Whether the peer said that it will send no more; an end of the connection without it is a
  /// truncation, which only the driver can judge (RFC 9112 section 9.8).
  package final internal(set) var receivedCloseNotify = false
  private final var sentCloseNotify = false
  /// Whether the last read opened as many records as it may, and more may wait.
  package final internal(set) var holdsRecords = false

  /// A session over a new SSL object of `context`.
  init(context: OpaquePointer) throws(TLSError) {
    // Safe: a nil from the library is checked; nothing is owned before all of it succeeded.
    guard let method = unsafe OpenSSL.wireMethod, let ssl = unsafe SSL_new(context) else {
      throw TLSError.internalFailure(OpenSSL.takeError()?.words ?? "no memory")
    }
    let wire = UnsafeMutablePointer<skerry_wire>.allocate(capacity: 1)
    unsafe wire.initialize(to: skerry_wire())
    unsafe wire.pointee.append = { output, bytes, count in
      guard let output = unsafe output, let bytes = unsafe bytes else { return }
      // Safe: `output` is the array that `withOutput` lends for this call.
      unsafe output.assumingMemoryBound(to: [UInt8].self).pointee
        .append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
    }
    unsafe self.ssl = ssl
    unsafe self.wire = wire
    unsafe wire.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
    guard unsafe skerry_wire_attach(ssl, method, wire) == 1 else {
      throw TLSError.internalFailure(OpenSSL.takeError()?.words ?? "no memory")
    }
  }

  deinit {
    releaseLibrary()
    unsafe wire.deallocate()
    unsafe kept?.deallocate()
  }

  /// Goes on without the library, whose object is freed: 13 KB.
  final func hand(over records: RecordLayer, _ negotiated: Negotiated) {
    self.records = records
    self.negotiated = negotiated
    releaseLibrary()
  }

  private final func releaseLibrary() {
    guard let ssl = unsafe ssl else { return }
    // A connection that ended without close_notify must not spoil its session for the next one,
    // which the library would do (RFC 8446 section 6.1 no longer asks for it).
    unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
    unsafe SSL_free(ssl)
    unsafe self.ssl = nil
  }

  /// Where in its life a session is.
  enum Stage {
    case handshake
    /// A server reads 0-RTT data.
    case early
    /// A server has seen the end of 0-RTT data and waits for the client's Finished.
    case finishing
    case open
    case failed
  }

  /// Whether the handshake is complete.
  package final var isOpen: Bool { stage == .open }

  /// The handshake is complete.
  func opened() { stage = .open }

  // MARK: Ciphertext in

  /// Lends `ciphertext` for the calls in `body`; what they leave is copied and consumed first by
  /// later calls. A driver that reads in `body` until `.needsInput` causes no copy at all.
  package final func receive(_ ciphertext: Span<UInt8>, during body: () -> Void) {
    precondition(!isLent, "receive inside receive")
    guard unsafe wire.pointee.input_count == 0 else {
      keep(appending: ciphertext)
      body()
      return
    }
    // Safe: the pointer leaves the wire before the span's borrow ends.
    unsafe ciphertext.withUnsafeBufferPointer { bytes in
      unsafe wire.pointee.input = bytes.baseAddress
      unsafe wire.pointee.input_count = bytes.count
      isLent = true
      body()
      isLent = false
      keepRest()
    }
  }

  /// Hands over a copy of `ciphertext`, for later calls.
  package final func receive(_ ciphertext: Span<UInt8>) {
    receive(ciphertext, during: {})
  }

  /// Bytes of ciphertext that wait to be consumed; a driver with back-pressure stops receiving.
  package final var unconsumedBytes: Int {
    unsafe wire.pointee.input_count + (records?.restCount ?? 0)
  }

  private final func keep(appending ciphertext: Span<UInt8>) {
    let rest = unsafe wire.pointee.input_count
    let total = rest + ciphertext.count
    // Safe: `total` bytes are allocated and all of them written; the old block is freed after.
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: max(total, 1))
    if let input = unsafe wire.pointee.input {
      unsafe block.initialize(from: input, count: rest)
    }
    unsafe ciphertext.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe (block + rest).initialize(from: start, count: bytes.count)
    }
    unsafe kept?.deallocate()
    unsafe kept = block
    unsafe wire.pointee.input = UnsafePointer(block)
    unsafe wire.pointee.input_count = total
  }

  private final func keepRest() {
    let rest = unsafe wire.pointee.input_count
    defer { releaseKept() }
    guard rest > 0 else { return }
    // Safe: the lent bytes are still lent, and `rest` of them are left.
    let block = UnsafeMutablePointer<UInt8>.allocate(capacity: rest)
    if let input = unsafe wire.pointee.input {
      unsafe block.initialize(from: input, count: rest)
    }
    unsafe kept?.deallocate()
    unsafe kept = block
    unsafe wire.pointee.input = UnsafePointer(block)
  }

  /// Frees what was kept once all of it is consumed, and forgets lent memory.
  final func releaseKept() {
    guard !isLent, unsafe wire.pointee.input_count == 0 else { return }
    unsafe wire.pointee.input = nil
    unsafe kept?.deallocate()
    unsafe kept = nil
  }

  /// Forgets what waits to be consumed.
  final func dropInput() { unsafe wire.pointee.input_count = 0 }

  // MARK: Ciphertext out

  /// Runs `body` with `output` as the place where the library's writes go.
  @inline(__always) final func withOutput<Result>(
    _ output: inout [UInt8], _ body: () -> Result
  ) -> Result {
    OpenSSL.forgetErrors()
    // Safe: the pointer leaves the wire before the array's borrow ends.
    let result = unsafe withUnsafeMutablePointer(to: &output) { pointer in
      unsafe wire.pointee.output = UnsafeMutableRawPointer(pointer)
      unsafe skerry_wire_enter(wire)
      let result = body()
      skerry_wire_enter(nil)
      unsafe wire.pointee.output = nil
      return result
    }
    releaseKept()
    return result
  }

  // MARK: Failures

  /// What the call that just returned `result` wants, or why it failed.
  final func verdict(_ result: Int32) -> Verdict {
    switch unsafe SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return .needsInput
    case SSL_ERROR_WANT_CLIENT_HELLO_CB: return .needsContext
    case SSL_ERROR_ZERO_RETURN:
      receivedCloseNotify = true
      return .closeNotify
    default:
      let queued = OpenSSL.takeError()
      if queued?.library == ERR_LIB_SSL, queued?.reason == SSL_R_CERTIFICATE_VERIFY_FAILED,
        let reason = unsafe TLSVerificationFailure(SSL_get_verify_result(ssl))
      {
        return .failed(fail(.verification(reason)))
      }
      return .failed(fail(TLSError(queued, refusal: refusal)))
    }
  }

  final func fail(_ error: TLSError) -> TLSError {
    failure = error
    stage = .failed
    return error
  }

  /// Counts what the peer made us say without sending data; fails the session beyond the limit.
  final func countProvoked(_ grew: Bool) -> TLSError? {
    guard grew else { return nil }
    provoked += 1
    guard provoked > Limits.idleRecords else { return nil }
    return fail(.protocolViolation("too many key updates"))
  }

  final func forgiveProvoked() { provoked = 0 }

  /// What the library wants before it goes on.
  enum Verdict {
    case needsInput
    case needsContext
    case closeNotify
    case failed(TLSError)
  }

  // MARK: The end

  /// Appends close_notify, once; nothing before the handshake is done or after a failure.
  package final func close(output: inout [UInt8]) {
    guard stage == .open || stage == .finishing || stage == .early, !sentCloseNotify else { return }
    sentCloseNotify = true
    if let records {
      _ = records.say(.closeNotify, output: &output)
      return
    }
    // Safe: `ssl` is owned by this object.
    _ = withOutput(&output) { unsafe SSL_shutdown(ssl) }
    OpenSSL.forgetErrors()
  }
}
