// nghttp2's options of a session.

import CNghttp2

/// Owns nghttp2's option object while a session is made of it.
@safe struct NativeOptions: ~Copyable {
  let native: OpaquePointer

  init?(_ limits: HTTP2Limits, role: HTTP2Session.Role) {
    var created: OpaquePointer?
    guard unsafe nghttp2_option_new(&created) == 0, let created = unsafe created else { return nil }
    unsafe native = created
    // Windows open when the driver has taken content, not when it has come.
    unsafe nghttp2_option_set_no_auto_window_update(native, 1)
    unsafe nghttp2_option_set_no_closed_streams(native, 1)
    unsafe nghttp2_option_set_builtin_recv_extension_type(
      native, UInt8(NGHTTP2_PRIORITY_UPDATE.rawValue))
    unsafe nghttp2_option_set_max_send_header_block_length(native, limits.sentHeaderBytes)
    unsafe nghttp2_option_set_max_outbound_ack(native, limits.outboundAcknowledgements)
    unsafe nghttp2_option_set_max_deflate_dynamic_table_size(
      native, limits.compressionTableBytes)
    // Real origins end values with a space: RFC 9113 section 8.2.1 calls that malformed, and it is
    // from clients; from servers it is trimmed (`HTTP2Session.header`), as it would be in HTTP/1.1.
    if role == .client {
      unsafe nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(native, 1)
    }
    // `FrameGuard` counts these itself; nghttp2's own counters are coarser and look at the clock.
    unsafe nghttp2_option_set_max_continuations(native, Int.max >> 1)
    unsafe nghttp2_option_set_stream_reset_rate_limit(native, 1 << 60, 1 << 60)
  }

  deinit { unsafe nghttp2_option_del(native) }
}
