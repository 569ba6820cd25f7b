// What nghttp2 reports, as events for the delegate. Results are nghttp2's: 0 goes on.

import CNghttp2
import Primitives

extension HTTP2Session {
  /// A header section begins; a request's makes a stream.
  func headersBegan(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let id = unsafe frame.pointee.hd.stream_id
    if unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
      let stream = scratch.makeStream()
      stream.reset(id: id)
      adopt(stream)
      // Safe: `live` keeps the stream until nghttp2 has closed it.
      let object = unsafe Unmanaged.passUnretained(stream).toOpaque()
      unsafe _ = nghttp2_session_set_stream_user_data(native, id, object)
      begin(stream)
    } else if let stream = stream(id), !stream.flags.contains(.discarding) {
      begin(stream)
    } else {
      unsafe headerStream = nil
    }
    return 0
  }

  private func begin(_ stream: HTTP2Stream) {
    unsafe headerStream = Unmanaged.passUnretained(stream)
    stream.headerListBytes = 0
    stream.flags.subtract([.interim, .headersTooLarge])
    delegate?.headersBegan(stream)
  }

  /// A field of the section that is being received.
  func header(name: Span<UInt8>, value: Span<UInt8>) -> Int32 {
    // Safe: `closed` clears the reference before the stream goes.
    unsafe headerStream?._withUnsafeGuaranteedRef { stream in
      header(stream, name: name, value: value)
    } ?? 0
  }

  /// RFC 9113 section 6.5.2 counts 32 bytes for each field beside its name and value.
  @inline(__always)
  private func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) -> Int32 {
    stream.headerListBytes += name.count + value.count + 32
    guard stream.headerListBytes <= limits.headerListBytes else {
      stream.flags.insert(.headersTooLarge)
      guard stream.headerListBytes > limits.headerListHardBytes else { return 0 }
      faultCode = .enhanceYourCalm
      return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }
    guard role == .client else {
      delegate?.header(stream, name: name, value: value)
      return 0
    }
    if name.count == 7, value.count == 3, value[0] == 0x31, name.equals(":status") {
      stream.flags.insert(.interim)
    }
    delegate?.header(stream, name: name, value: Self.trimmed(value))
    return 0
  }

  /// A value without surrounding white space (see `NativeOptions`).
  @_lifetime(copy value)
  private static func trimmed(_ value: Span<UInt8>) -> Span<UInt8> {
    var start = 0
    var end = value.count
    while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
    while end > start, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
    return value.extracting(start..<end)
  }

  /// A frame is complete and sound.
  func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = unsafe frame.pointee.hd
    let endStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
      headersEnded(endStream: endStream)
    case NGHTTP2_DATA.rawValue where endStream:
      if let stream = stream(header.stream_id), !stream.flags.contains(.discarding) {
        delegate?.dataEnded(stream)
      }
    case NGHTTP2_GOAWAY.rawValue:
      delegate?.goAwayReceived(
        lastStreamID: unsafe frame.pointee.goaway.last_stream_id,
        code: HTTP2ErrorCode(rawValue: unsafe frame.pointee.goaway.error_code))
    case NGHTTP2_PING.rawValue where header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0:
      var opaque = unsafe frame.pointee.ping.opaque_data
      let payload = unsafe withUnsafeBytes(of: &opaque) { raw in
        UInt64(bigEndian: unsafe raw.loadUnaligned(as: UInt64.self))
      }
      delegate?.pingAcknowledged(payload)
    default: break
    }
    return 0
  }

  private func headersEnded(endStream: Bool) {
    // Safe: `closed` clears the reference before the stream goes.
    guard let stream = unsafe headerStream?.takeUnretainedValue() else { return }
    unsafe headerStream = nil
    let kind: HTTP2HeadersKind
    if stream.flags.contains(.headReceived) {
      kind = .trailers
    } else if role == .server {
      kind = .request
    } else {
      kind = stream.flags.contains(.interim) ? .interim : .response
    }
    if kind != .interim { stream.flags.insert(.headReceived) }
    delegate?.headersEnded(
      stream, kind: kind, endStream: endStream,
      tooLarge: stream.flags.contains(.headersTooLarge))
  }

  /// A piece of a DATA frame.
  func content(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) -> Int32 {
    stream.unconsumedBytes += bytes.count
    guard stream.flags.contains(.discarding) else {
      delegate?.data(stream, bytes)
      return 0
    }
    consume(stream, bytes.count)
    guard stream.lingersUntil != nil, !frameGuard.ledger.lateContent(bytes.count) else { return 0 }
    cutOff(stream)
    return 0
  }

  /// nghttp2 answers a frame with an error of the stream or of the connection.
  func frameInvalid(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let id = unsafe frame.pointee.hd.stream_id
    // A refused stream is never opened, so it would look like one that the peer has closed.
    if unsafe nghttp2_session_get_stream_remote_close(native, id) < 0 {
      frameGuard.resetSent(id)
    }
    return 0
  }

  /// A frame is in the output.
  func frameSent(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = unsafe frame.pointee.hd
    switch UInt32(header.type) {
    case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
      guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return 0 }
      sentEnd(header.stream_id)
    case NGHTTP2_RST_STREAM.rawValue:
      let code = unsafe frame.pointee.rst_stream.error_code
      sentReset(header.stream_id, HTTP2ErrorCode(rawValue: code))
    case NGHTTP2_GOAWAY.rawValue:
      let code = HTTP2ErrorCode(rawValue: unsafe frame.pointee.goaway.error_code)
      // What the peer hears counts, if both nghttp2 and the guard found a fault.
      if code != .noError { terminationCode = code }
    default: break
    }
    return 0
  }

  /// Our side of a stream ended; of a request whose rest nobody wants, that rest is taken for a while.
  private func sentEnd(_ id: Int32) {
    let stream = stream(id)
    if let stream, stream.flags.contains(.faulty) { return }
    frameGuard.ledger.streamCompleted()
    guard role == .server, let stream, stream.flags.contains(.discarding),
      unsafe nghttp2_session_get_stream_remote_close(native, id) == 0
    else { return }
    linger(stream)
  }

  private func sentReset(_ id: Int32, _ code: HTTP2ErrorCode) {
    if unsafe nghttp2_session_get_stream_remote_close(native, id) == 0 {
      frameGuard.resetSent(id)
    }
    if let stream = stream(id), stream.flags.contains(.resetByDriver) { return }
    // RFC 9113 section 6.9.2 wants the connection closed when SETTINGS made a window too large;
    // nghttp2 closes the stream. The other two causes (section 6.9.1) may end either.
    if code == .flowControlError {
      faultCode = code
    } else if role == .server, !frameGuard.ledger.streamReset() {
      faultCode = .enhanceYourCalm
    }
  }

  /// nghttp2 let go of a stream.
  func closed(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) -> Int32 {
    if unsafe headerStream?.toOpaque() == Unmanaged.passUnretained(stream).toOpaque() {
      unsafe headerStream = nil
    }
    // What the driver had not taken must not keep the connection's window closed.
    if stream.unconsumedBytes > 0 {
      let result = unsafe nghttp2_session_consume_connection(native, stream.unconsumedBytes)
      if result != 0 { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
    }
    retire(stream, code: code)
    return 0
  }

  /// How much of a stream's content goes into a DATA frame with `room` bytes.
  func contentToSend(_ stream: HTTP2Stream, room: Int, flags: inout UInt32) -> Int {
    let count = min(room, stream.outgoing.count)
    let isLast = count == stream.outgoing.count && stream.flags.contains(.finished)
    guard count > 0 || isLast else {
      stream.flags.insert(.deferred)
      return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    flags = NGHTTP2_DATA_FLAG_NO_COPY.rawValue
    guard isLast else { return count }
    flags |= NGHTTP2_DATA_FLAG_EOF.rawValue
    guard let trailers = stream.trailers else { return count }
    flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
    stream.trailers = nil
    let result = unsafe scratch.fields.with(trailers.bytes, trailers.table, status: nil) {
      first, fields in
      unsafe nghttp2_submit_trailer(native, stream.id, first, fields)
    }
    return result == 0 ? count : Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
  }

  /// Writes a DATA frame straight to the output.
  func sendContent(
    _ stream: HTTP2Stream, header: Span<UInt8>, count: Int, padding: Int
  ) -> Int32 {
    // Without a padding callback nghttp2 never pads.
    assert(padding == 0)
    output.append(header)
    stream.outgoing.move(count, to: &output)
    stream.taken.took(count, at: now, leaving: stream.outgoing.count)
    queuedBytes -= count
    contentTaken.took(count, at: now, leaving: queuedBytes)
    if let account = stream.account {
      account.queuedBytes -= count
      account.sent(count)
    }
    frameGuard.ledger.dataSent()
    reachedLimit = output.count >= outputLimit
    let hasFallen =
      stream.flags.contains(.aboveLowWater) && stream.outgoing.count <= limits.lowWaterBytes
    if hasFallen { stream.flags.remove(.aboveLowWater) }
    if hasFallen || stream.outgoing.count == 0, !stream.flags.contains(.finished) {
      delegate?.outputDrained(stream)
    }
    return reachedLimit ? NGHTTP2_ERR_PAUSE.rawValue : 0
  }

  /// The stream behind an identifier, if we know it.
  private func stream(_ id: Int32) -> HTTP2Stream? {
    guard let object = unsafe nghttp2_session_get_stream_user_data(native, id) else { return nil }
    // Safe: `live` keeps the stream until nghttp2 has closed it.
    return unsafe Unmanaged<HTTP2Stream>.fromOpaque(object).takeUnretainedValue()
  }

  /// Keeps a new stream.
  func adopt(_ stream: HTTP2Stream) {
    stream.slot = live.count
    live.append(stream)
  }

  /// Lets a stream go: the delegate hears of it, then its attachment is released.
  func retire(_ stream: HTTP2Stream, code: HTTP2ErrorCode) {
    assert(live[stream.slot] === stream)
    drop(stream)
    stream.isClosed = true
    delegate?.streamClosed(stream, code: code)
    stream.close()
    let last = live.removeLast()
    if last !== stream {
      live[stream.slot] = last
      last.slot = stream.slot
    }
    scratch.recycle(stream)
  }
}
