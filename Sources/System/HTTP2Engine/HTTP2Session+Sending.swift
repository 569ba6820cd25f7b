// Verbs for messages: heads, content, trailers, resets, windows.

import CNghttp2
package import Primitives

extension HTTP2Session {
  /// Sends a final response's head (server): fields lie in `bytes` as `table` says, `status` is
  /// put before them. Without `endStream` content follows by `enqueue` and `finish`.
  package func submitResponse(
    _ stream: HTTP2Stream, status: Int, bytes: [UInt8], table: HTTP2FieldTable,
    endStream: Bool
  ) throws(HTTP2Failure) {
    precondition(role == .server && (200...999).contains(status))
    guard !stream.isClosed, !stream.flags.contains(.headSubmitted) else { throw .streamClosed }
    stream.flags.insert(.headSubmitted)
    if endStream { stream.flags.insert(.finished) }
    let result = unsafe scratch.fields.with(bytes, table, status: status) { first, count in
      guard !endStream else {
        return unsafe nghttp2_submit_response(native, stream.id, first, count, nil)
      }
      var provider = unsafe Self.provider(for: stream)
      return unsafe nghttp2_submit_response(native, stream.id, first, count, &provider)
    }
    try check(result)
  }

  /// Sends an interim response's head, such as 100 or 103 (server, before the final one).
  package func submitInterim(
    _ stream: HTTP2Stream, status: Int, bytes: [UInt8], table: HTTP2FieldTable
  ) throws(HTTP2Failure) {
    // RFC 9113 section 8.6: there is no 101 in HTTP/2.
    precondition(role == .server && (100...199).contains(status) && status != 101)
    guard !stream.isClosed, !stream.flags.contains(.headSubmitted) else { throw .streamClosed }
    let result = unsafe scratch.fields.with(bytes, table, status: status) { first, count in
      unsafe nghttp2_submit_headers(
        native, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, nil, first, count, nil)
    }
    try check(result)
  }

  /// Opens a request (client); `table` starts with the pseudo-header fields. It waits in the
  /// session while the server allows no more at once.
  package func submitRequest(
    bytes: [UInt8], table: HTTP2FieldTable, endStream: Bool, attachment: AnyObject?
  ) throws(HTTP2Failure) -> HTTP2Stream {
    precondition(role == .client)
    guard acceptsRequests else { throw .requestsExhausted }
    let stream = scratch.makeStream()
    let id = unsafe scratch.fields.with(bytes, table, status: nil) { first, count in
      // Safe: the session keeps the stream in `live` until nghttp2 has closed it.
      let object = unsafe Unmanaged.passUnretained(stream).toOpaque()
      guard !endStream else {
        return unsafe nghttp2_submit_request(native, nil, first, count, nil, object)
      }
      var provider = unsafe Self.provider(for: stream)
      return unsafe nghttp2_submit_request(native, nil, first, count, &provider, object)
    }
    guard id > 0 else {
      throw id == NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE.rawValue ? .requestsExhausted : .engine
    }
    stream.reset(id: id)
    stream.attachment = attachment
    stream.flags.insert(.headSubmitted)
    if endStream { stream.flags.insert(.finished) }
    frameGuard.lastStreamID = max(frameGuard.lastStreamID, id)
    adopt(stream)
    return stream
  }

  /// Queues content; `stream.queuedBytes` says how much waits, `outputDrained` when to go on.
  package func enqueue(_ stream: HTTP2Stream, _ bytes: Bytes) throws(HTTP2Failure) {
    guard !stream.isClosed, !stream.flags.contains(.finished) else { throw .streamClosed }
    guard !bytes.isEmpty else { return }
    stream.outgoing.append(bytes)
    queuedBytes += bytes.count
    stream.account?.queuedBytes += bytes.count
    if stream.outgoing.count > limits.lowWaterBytes { stream.flags.insert(.aboveLowWater) }
    try resume(stream)
  }

  /// The content ends with what is queued.
  package func finish(_ stream: HTTP2Stream) throws(HTTP2Failure) {
    guard !stream.isClosed, !stream.flags.contains(.finished) else { throw .streamClosed }
    stream.flags.insert(.finished)
    try resume(stream)
  }

  /// The content ends with what is queued, and a trailer section follows it.
  package func finish(
    _ stream: HTTP2Stream, trailers bytes: [UInt8], table: HTTP2FieldTable
  ) throws(HTTP2Failure) {
    guard !stream.isClosed, !stream.flags.contains(.finished) else { throw .streamClosed }
    if table.count > 0 {
      stream.trailers = HTTP2Stream.Trailers(bytes: bytes, table: table)
    }
    try finish(stream)
  }

  /// Breaks the stream off (RST_STREAM); what is queued is dropped, `streamClosed` follows.
  package func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
    guard !stream.isClosed else { return }
    stream.flags.insert([.resetByDriver, .finished])
    drop(stream)
    let result = unsafe nghttp2_submit_rst_stream(
      native, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
    if result != 0 { hasFailed = true }
  }

  /// The driver found a fault in the peer's request: it counts as a reset that the peer made us send,
  /// however the stream ends (server).
  package func noteFault(of stream: HTTP2Stream) {
    precondition(role == .server)
    guard !stream.isClosed, !stream.flags.contains(.faulty) else { return }
    stream.flags.insert(.faulty)
    if !frameGuard.ledger.streamReset() { faultCode = .enhanceYourCalm }
  }

  /// The driver has taken `count` bytes of the received content: the windows open by as much.
  package func consume(_ stream: HTTP2Stream, _ count: Int) {
    guard !stream.isClosed, count > 0 else { return }
    precondition(count <= stream.unconsumedBytes, "More than was received.")
    stream.unconsumedBytes -= count
    if unsafe nghttp2_session_consume(native, stream.id, count) != 0 { hasFailed = true }
  }

  /// Makes the receive window of a stream `bytes` wide, at once; it was `HTTP2Limits.streamWindowBytes`.
  package func setWindow(of stream: HTTP2Stream, bytes: Int) {
    guard !stream.isClosed else { return }
    let result = unsafe nghttp2_session_set_local_window_size(
      native, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, Int32(clamping: bytes))
    if result != 0 { hasFailed = true }
  }

  /// What still comes is dropped without an event. After the response the client has some time to
  /// end the stream, then RST_STREAM(NO_ERROR) does (RFC 9113 section 8.1).
  package func discardContent(of stream: HTTP2Stream) {
    guard !stream.isClosed else { return }
    stream.flags.insert(.discarding)
    consume(stream, stream.unconsumedBytes)
  }

  /// Drops a stream's queue.
  func drop(_ stream: HTTP2Stream) {
    queuedBytes -= stream.outgoing.count
    stream.account?.queuedBytes -= stream.outgoing.count
    stream.outgoing.removeAll()
    stream.taken = TakenContent()
  }

  private func resume(_ stream: HTTP2Stream) throws(HTTP2Failure) {
    guard stream.flags.contains(.deferred) else { return }
    stream.flags.remove(.deferred)
    try check(unsafe nghttp2_session_resume_data(native, stream.id))
  }

  private func check(_ result: Int32) throws(HTTP2Failure) {
    guard result != 0 else { return }
    guard nghttp2_is_fatal(result) == 0 else {
      hasFailed = true
      throw .engine
    }
    throw .streamClosed
  }

  /// Content of a stream for nghttp2: the pointer is the stream itself.
  private static func provider(for stream: HTTP2Stream) -> nghttp2_data_provider {
    // Safe: the session keeps the stream in `live` until nghttp2 has closed it.
    let object = unsafe Unmanaged.passUnretained(stream).toOpaque()
    return unsafe nghttp2_data_provider(
      source: nghttp2_data_source(ptr: object), read_callback: NativeCallbacks.readContent)
  }
}
