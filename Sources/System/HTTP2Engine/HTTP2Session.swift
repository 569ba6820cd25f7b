// HTTP/2 of one connection: bytes in, events out; verbs in, bytes out.

import CNghttp2
package import Primitives

/// An HTTP/2 connection without its socket, for either side.
///
/// The driver feeds `receive`, which calls its `HTTP2SessionDelegate`, and sends what `pull` gives:
/// responses of many streams in one sweep. A session is confined to one loop. It does not close by
/// itself: after an error, or when `isFinished`, the driver sends what is left and closes.
///
/// Unchecked: confined to its connection's loop.
@safe package final class HTTP2Session: @unchecked Sendable {
  /// Which side of the connection this is.
  package enum Role: Sendable {
    case server, client
  }

  package let role: Role
  package let limits: HTTP2Limits
  /// Why the connection ends by our side's doing; nil while it is sound
  /// (a fault that nghttp2 found shows here once its GOAWAY is pulled).
  package internal(set) var terminationCode: HTTP2ErrorCode?
  /// When to call `cutOffStalled`; nil if no content waits.
  package internal(set) var stallCheckAt: Instant?
  /// Nothing that waits could be sent when the last `pull` ended: the peer's windows are shut.
  private(set) var isBlocked = false
  /// Since when the header section is being received that is not complete; nil if there is none. A
  /// driver's timer ends it.
  package private(set) var headersSince: Instant?
  /// When to call `cutOffLateContent`; nil if no answered request is still being received.
  package internal(set) var lingersUntil: Instant?
  /// Content that waits to be sent on all streams, in bytes.
  package internal(set) var queuedBytes = 0

  /// What the peer takes of all streams together.
  var contentTaken = TakenContent()

  /// nghttp2's session; owned, freed in `deinit`, never handed out.
  let native: OpaquePointer
  var frameGuard: FrameGuard
  var live: [HTTP2Stream] = []
  /// The receiver of events while `receive`, `pull` or `closeAll` runs.
  var delegate: (any HTTP2SessionDelegate)?
  /// The stream whose header section is being received. Not counted: it is in `live`, and `closed`
  /// clears it.
  var headerStream: Unmanaged<HTTP2Stream>?
  /// Where `pull` writes while it runs.
  var output: [UInt8] = []
  var outputLimit = Int.max
  /// nghttp2 stopped since `output` reached `outputLimit`.
  var reachedLimit = false
  /// The driver's time at its last call.
  var now = Instant(nanoseconds: 0)
  /// nghttp2 has no memory or a fault; nothing more can be sent.
  var hasFailed = false
  /// The code to end with, set where an event finds a fault.
  var faultCode: HTTP2ErrorCode?
  /// The number of the header section that `headersSince` is about.
  private var headerSection: UInt32 = 0
  /// Received and left for `resume`.
  private var kept: [UInt8] = []
  let scratch: HTTP2Scratch

  /// A new connection. Its preface and SETTINGS are in the first `pull`. All sessions of a loop
  /// share one `scratch`.
  package init(
    _ role: Role, limits: HTTP2Limits, scratch: HTTP2Scratch
  ) throws(HTTP2Failure) {
    self.role = role
    self.limits = limits
    self.scratch = scratch
    frameGuard = FrameGuard(isServer: role == .server, limits: limits)
    guard let options = NativeOptions(limits, role: role), let callbacks = NativeCallbacks.shared
    else {
      throw .engine
    }
    var created: OpaquePointer?
    var memory = unsafe scratch.memory.table
    let result =
      switch role {
      // Safe: nghttp2 copies callbacks, options and memory; the session has no user pointer yet.
      case .server:
        unsafe nghttp2_session_server_new3(
          &created, callbacks.native, nil, options.native, &memory)
      case .client:
        unsafe nghttp2_session_client_new3(
          &created, callbacks.native, nil, options.native, &memory)
      }
    guard result == 0, let created = unsafe created else { throw .engine }
    unsafe native = created
    // Safe: callbacks run only in calls that this object makes, so it is alive in them.
    unsafe nghttp2_session_set_user_data(native, Unmanaged.passUnretained(self).toOpaque())
    try submitSettings()
  }

  deinit { unsafe nghttp2_session_del(native) }

  /// Takes the peer's bytes; events go to `delegate`. What lies behind `frames` frames is kept for
  /// `resume`.
  ///
  /// A fault of the peer ends the connection: GOAWAY is in the next `pull`, after which
  /// `isFinished` holds; bytes after the fault are dropped.
  package func receive(
    _ bytes: Span<UInt8>, atMost frames: Int = .max, now: Instant,
    delegate: any HTTP2SessionDelegate
  ) {
    guard kept.isEmpty else {
      kept.append(bytes)
      return resume(atMost: frames, now: now, delegate: delegate)
    }
    let used = take(bytes, atMost: frames, now: now, delegate: delegate)
    if used < bytes.count { kept.append(bytes.extracting(used...)) }
  }

  /// Whether bytes of the last `receive` wait for `resume`.
  package var keepsInput: Bool { !kept.isEmpty }

  /// Goes on with bytes that were kept, for at most `frames` frames more.
  package func resume(
    atMost frames: Int, now: Instant, delegate: any HTTP2SessionDelegate
  ) {
    guard !kept.isEmpty else { return }
    var input: [UInt8] = []
    swap(&input, &kept)
    let used = take(input.span, atMost: frames, now: now, delegate: delegate)
    guard used < input.count else { return }
    input.removeFirst(used)
    kept = input
  }

  /// Takes bytes from the front and returns how many.
  private func take(
    _ bytes: Span<UInt8>, atMost frames: Int, now: Instant, delegate: any HTTP2SessionDelegate
  ) -> Int {
    guard !isTerminating else { return bytes.count }
    precondition(self.delegate == nil, "Not from within an event.")
    self.delegate = delegate
    defer { self.delegate = nil }
    self.now = now
    frameGuard.ledger.advance(to: now)
    frameGuard.framesLeft = frames
    var fed = 0
    var position = 0
    while terminationCode == nil {
      switch frameGuard.next(bytes, from: &position) {
      case .passed:
        feed(bytes.extracting(fed..<position))
        noteHeaders(now)
        endIfTooMuchWaits()
        return isTerminating ? bytes.count : position
      case .judge(let start):
        feed(bytes.extracting(fed..<start))
        fed = start
        let state = state(of: frameGuard.judgedStreamID)
        if let code = frameGuard.judge(state) { terminate(code) }
      case .refused(let code, let start):
        feed(bytes.extracting(fed..<start))
        terminate(code)
      }
    }
    return bytes.count
  }

  /// Appends what is to be sent to `output`, about `limit` bytes of it at most (one frame more).
  ///
  /// Returns whether there is more to pull at once. After sending, the driver asks `isFinished`.
  package func pull(
    into output: inout [UInt8], limit: Int, now: Instant, delegate: any HTTP2SessionDelegate
  ) -> Bool {
    precondition(self.delegate == nil, "Not from within an event.")
    guard !hasFailed else { return false }
    self.delegate = delegate
    self.now = now
    swap(&self.output, &output)
    defer {
      swap(&self.output, &output)
      self.delegate = nil
    }
    outputLimit = self.output.count + limit
    reachedLimit = false
    repeat {
      var start: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(native, &start)
      if count < 0 { hasFailed = true }
      guard count > 0, let start = unsafe start else { break }
      // Safe: nghttp2 keeps these bytes until the next call.
      unsafe self.output.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
      reachedLimit = self.output.count >= outputLimit
    } while !reachedLimit
    isBlocked = !reachedLimit
    watchStalls()
    if let code = faultCode, terminationCode == nil {
      terminate(code)
      return true
    }
    return reachedLimit
  }

  /// Whether nothing more is to be received or sent: the driver closes the connection.
  package var isFinished: Bool {
    if hasFailed { return true }
    return unsafe nghttp2_session_want_read(native) == 0
      && nghttp2_session_want_write(native) == 0
  }

  /// Whether this side ends the connection because of an error.
  package var isTerminating: Bool { terminationCode != nil || hasFailed }

  /// Whether a `pull` would give something.
  package var wantsToSend: Bool { unsafe nghttp2_session_want_write(native) != 0 }

  /// Whether the client owes the rest of its preface (RFC 9113 section 3.4). A driver's timer ends it.
  package var awaitsPreface: Bool { frameGuard.prefaceBytesLeft > 0 }

  /// Streams that are open.
  package var streamCount: Int { live.count }

  /// Gives bytes to nghttp2, which calls back.
  private func feed(_ bytes: Span<UInt8>) {
    guard bytes.count > 0 else { return }
    // Safe: nghttp2 reads the span within the call and copies what it keeps.
    let result = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe nghttp2_session_mem_recv(native, buffer.baseAddress, buffer.count)
    }
    if let code = faultCode {
      terminate(code)
    } else if result < 0 {
      terminate(Self.code(ofResult: result))
    }
  }

  /// The code for a fatal result of nghttp2_session_mem_recv.
  private static func code(ofResult result: Int) -> HTTP2ErrorCode {
    switch Int32(result) {
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: .protocolError
    case NGHTTP2_ERR_FLOODED.rawValue: .enhanceYourCalm
    default: .internalError
    }
  }

  /// A peer that makes us queue frames and doesn't read them must not cost memory.
  private func endIfTooMuchWaits() {
    guard terminationCode == nil else { return }
    if unsafe nghttp2_session_get_outbound_queue_size(native) > limits.outboundFrames {
      terminate(.enhanceYourCalm)
    }
  }

  /// The state of a stream; asked only between calls of nghttp2.
  private func state(of id: Int32) -> FrameGuard.StreamState {
    switch unsafe nghttp2_session_get_stream_remote_close(native, id) {
    case 0: .open
    case 1: .halfClosedRemote
    default: .unknown
    }
  }

  /// By the frames, not by events: of a malformed section there is none at its end.
  private func noteHeaders(_ now: Instant) {
    guard frameGuard.isInHeaders else { return headersSince = nil }
    guard headersSince == nil || headerSection != frameGuard.headerSections else { return }
    headersSince = now
    headerSection = frameGuard.headerSections
  }
}
