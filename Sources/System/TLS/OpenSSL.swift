// The library's start, its error queue, and how its words reach ours.

import COpenSSL

/// What every use of the library shares: its start and its per-thread error queue.
enum OpenSSL {
  /// Whether the library is ready. No configuration file is read: what we negotiate is in this
  /// room, not in a file of the machine. No exit handler: other threads may still be in there.
  static let isReady =
    OPENSSL_init_ssl(
      UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
    && HKDF.install()

  /// The BIO method of all sessions.
  // Made once and never changed or freed, which is why threads may share it.
  nonisolated(unsafe) static let wireMethod: OpaquePointer? =
    isReady ? unsafe skerry_wire_method() : nil

  /// An entry of the error queue.
  struct QueuedError {
    let library: Int32
    let reason: Int32
    let words: String
  }

  /// Empties this thread's error queue and returns what tells most: the first error of the TLS
  /// machine itself, else the first of all.
  static func takeError() -> QueuedError? {
    var best: QueuedError?
    while true {
      let code = ERR_get_error()
      guard code != 0 else { return best }
      let library = skerry_error_library(code)
      let tellsMore = library == ERR_LIB_SSL && best?.library != ERR_LIB_SSL
      guard best == nil || tellsMore else { continue }
      // Safe: the library's reason strings are constants.
      let words = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
      best = QueuedError(
        library: library, reason: skerry_error_reason(code),
        words: words ?? "library \(library), reason \(skerry_error_reason(code))")
    }
  }

  /// Empties this thread's error queue; what is in it before a call belongs to no session.
  @inline(__always) static func forgetErrors() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }
}
