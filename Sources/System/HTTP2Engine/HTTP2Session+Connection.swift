// Verbs for the connection as a whole: settings, windows, going away, PING.

import CNghttp2
import Primitives

extension HTTP2Session {
  /// Ends the connection at once: GOAWAY with `code` is in the next `pull`, open streams die.
  package func terminate(_ code: HTTP2ErrorCode) {
    guard terminationCode == nil else { return }
    terminationCode = code
    let last = unsafe nghttp2_session_get_last_proc_stream_id(native)
    let result = unsafe nghttp2_session_terminate_session2(native, last, code.rawValue)
    if result != 0 { hasFailed = true }
  }

  /// Announces that the server goes away (RFC 9113 section 6.8): requests that are on their way
  /// are still served. After a round trip, `goAway` draws the line.
  package func announceGoingAway() {
    precondition(role == .server)
    if unsafe nghttp2_submit_shutdown_notice(native) != 0 { hasFailed = true }
  }

  /// Accepts no stream from now on; those that are open run to their end, then `isFinished` holds.
  package func goAway() {
    let last = unsafe nghttp2_session_get_last_proc_stream_id(native)
    let result = unsafe nghttp2_submit_goaway(
      native, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, HTTP2ErrorCode.noError.rawValue, nil, 0)
    guard result == 0 else {
      hasFailed = true
      return
    }
    frameGuard.goAwayStreamID = min(frameGuard.goAwayStreamID, last)
  }

  /// Sends a PING; `pingAcknowledged` gives `payload` back.
  package func ping(_ payload: UInt64) {
    var bytes = payload.bigEndian
    let result = unsafe withUnsafeBytes(of: &bytes) { raw in
      // Safe: nghttp2 copies the eight bytes within the call.
      unsafe nghttp2_submit_ping(
        native, UInt8(NGHTTP2_FLAG_NONE.rawValue),
        raw.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    if result != 0 { hasFailed = true }
  }

  /// Requests that a client may have open at once, as the server said (RFC 9113 section 5.1.2);
  /// more are queued by `submitRequest` until others end.
  package var peerConcurrentStreams: Int {
    Int(
      unsafe nghttp2_session_get_remote_settings(
        native, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
  }

  /// Whether a client may still open requests here (no GOAWAY, identifiers left).
  package var acceptsRequests: Bool {
    guard !isTerminating else { return false }
    return unsafe nghttp2_session_check_request_allowed(native) != 0
  }

  /// Whether the peer takes extended CONNECT (RFC 8441).
  package var peerOffersExtendedConnect: Bool {
    unsafe nghttp2_session_get_remote_settings(
      native, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1
  }

  /// Closes every stream for the driver when its socket is gone: `streamClosed` for each.
  package func closeAll(_ code: HTTP2ErrorCode, delegate: any HTTP2SessionDelegate) {
    precondition(self.delegate == nil, "Not from within an event.")
    self.delegate = delegate
    defer { self.delegate = nil }
    if terminationCode == nil { terminationCode = code }
    hasFailed = true
    unsafe headerStream = nil
    while let stream = live.last {
      // Safe: nghttp2 forgets the pointer to a stream that goes before it does.
      unsafe _ = nghttp2_session_set_stream_user_data(native, stream.id, nil)
      retire(stream, code: code)
    }
  }

  /// What the driver has attached to each stream that is open.
  package var attachments: [AnyObject] { live.compactMap(\.attachment) }

  /// Sends our SETTINGS and opens the connection's window.
  func submitSettings() throws(HTTP2Failure) {
    var entries: [nghttp2_settings_entry] = []
    func add(_ id: nghttp2_settings_id, _ value: Int) {
      entries.append(
        nghttp2_settings_entry(
          settings_id: Int32(id.rawValue), value: UInt32(clamping: value)))
    }
    switch role {
    case .server:
      add(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams)
      // RFC 9218 section 2.1: priorities come as fields and PRIORITY_UPDATE.
      add(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1)
      if limits.offersExtendedConnect { add(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1) }
    case .client:
      add(NGHTTP2_SETTINGS_ENABLE_PUSH, 0)
    }
    add(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindowBytes)
    add(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListBytes)
    if limits.compressionTableBytes != 4_096 {
      add(NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, limits.compressionTableBytes)
    }
    let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
    let window = Int32(clamping: limits.connectionWindowBytes)
    guard unsafe nghttp2_submit_settings(native, flags, entries, entries.count) == 0,
      unsafe nghttp2_session_set_local_window_size(native, flags, 0, window) == 0
    else { throw .engine }
  }
}
