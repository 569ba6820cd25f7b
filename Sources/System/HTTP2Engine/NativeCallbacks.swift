// The functions that nghttp2 calls, as C sees them: each finds its session and goes there.

import CNghttp2
import Primitives

/// Owns nghttp2's table of callbacks, one for the whole process.
///
/// Unchecked: written in `init` only, then read by nghttp2 when it copies it.
@safe final class NativeCallbacks: @unchecked Sendable {
  /// Nil only if memory ran out at the first use.
  static let shared = NativeCallbacks()

  let native: OpaquePointer

  private init?() {
    var created: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&created) == 0, let created = unsafe created else {
      return nil
    }
    unsafe native = created
    setReceiving()
    setSending()
  }

  deinit { unsafe nghttp2_session_callbacks_del(native) }

  private func setReceiving() {
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(native) { _, frame, user in
      guard let frame = unsafe frame, let user = unsafe user else { return failure }
      return unsafe with(user) { unsafe $0.headersBegan(frame) }
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(native) {
      _, _, name, nameCount, value, valueCount, _, user in
      guard let name = unsafe name, let value = unsafe value, let user = unsafe user else {
        return failure
      }
      // Safe: both stay valid until this callback returns.
      return unsafe with(user) { session in
        unsafe session.header(
          name: Span(_unsafeStart: name, count: nameCount),
          value: Span(_unsafeStart: value, count: valueCount))
      }
    }
    unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(native) {
      _, _, _, _, _, _, _, _ in
      // RFC 9113 section 8.2.1: nghttp2 would leave such a field out; the message is malformed.
      NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(native) { _, frame, user in
      guard let frame = unsafe frame, let user = unsafe user else { return failure }
      return unsafe with(user) { unsafe $0.frameReceived(frame) }
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(native) {
      context, _, id, bytes, count, user in
      guard let bytes = unsafe bytes, let user = unsafe user else { return failure }
      guard let stream = unsafe stream(context, id) else { return 0 }
      return unsafe with(user) { session in
        unsafe session.content(stream, Span(_unsafeStart: bytes, count: count))
      }
    }
    unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(native) {
      _, frame, _, user in
      guard let frame = unsafe frame, let user = unsafe user else { return failure }
      return unsafe with(user) { unsafe $0.frameInvalid(frame) }
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(native) {
      context, id, code, user in
      guard let user = unsafe user else { return failure }
      guard let stream = unsafe stream(context, id) else { return 0 }
      return unsafe with(user) { $0.closed(stream, HTTP2ErrorCode(rawValue: code)) }
    }
  }

  private func setSending() {
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(native) { _, frame, user in
      guard let frame = unsafe frame, let user = unsafe user else { return failure }
      return unsafe with(user) { unsafe $0.frameSent(frame) }
    }
    unsafe nghttp2_session_callbacks_set_send_data_callback(native) {
      _, frame, header, count, source, user in
      guard let header = unsafe header, let source = unsafe source, let user = unsafe user,
        let object = unsafe source.pointee.ptr, let frame = unsafe frame
      else { return failure }
      // Safe: nghttp2 gives the nine bytes of the frame's header.
      return unsafe with(user) { session in
        unsafe Unmanaged<HTTP2Stream>.fromOpaque(object)._withUnsafeGuaranteedRef { stream in
          unsafe session.sendContent(
            stream, header: Span(_unsafeStart: header, count: FrameHeader.byteCount),
            count: count, padding: frame.pointee.data.padlen)
        }
      }
    }
  }

  /// What nghttp2 asks before each DATA frame: how much there is, and whether it is the last.
  static let readContent: nghttp2_data_source_read_callback = {
    _, id, _, room, flags, source, user in
    guard let source = unsafe source, let object = unsafe source.pointee.ptr,
      let flags = unsafe flags, let user = unsafe user
    else { return Int(failure) }
    var bits: UInt32 = 0
    let count = unsafe Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef {
      session in
      unsafe Unmanaged<HTTP2Stream>.fromOpaque(object)._withUnsafeGuaranteedRef { stream in
        session.contentToSend(stream, room: room, flags: &bits)
      }
    }
    unsafe flags.pointee = bits
    return count
  }
}

/// The result that makes nghttp2 give up.
private let failure = NGHTTP2_ERR_CALLBACK_FAILURE.rawValue

/// Calls `body` with the session behind nghttp2's user pointer, without counting references: a
/// dozen callbacks come for each request.
@inline(__always)
private func with(
  _ user: UnsafeMutableRawPointer, _ body: (HTTP2Session) -> Int32
) -> Int32 {
  // Safe: `HTTP2Session` sets the pointer to itself and outlives every call into nghttp2.
  unsafe Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef(body)
}

/// The stream behind nghttp2's stream pointer; nil for those that we never saw.
private func stream(_ context: OpaquePointer?, _ id: Int32) -> HTTP2Stream? {
  guard let object = unsafe nghttp2_session_get_stream_user_data(context, id) else { return nil }
  // Safe: the session keeps the stream in `live` until nghttp2 has closed it.
  return unsafe Unmanaged<HTTP2Stream>.fromOpaque(object).takeUnretainedValue()
}
