// What all client sessions of a loop share.

import COpenSSL

/// The place where a loop's client sessions begin. Confined to its loop.
// Confined to its loop: made and used by its sessions there only.
@safe package final class TLSConnector: @unchecked Sendable {
  // Safe: owned by this object, freed in `deinit`; SSL objects hold references of their own.
  let context: OpaquePointer

  /// A connector with our suites.
  package init() throws(TLSError) {
    guard OpenSSL.isReady, let context = unsafe skerry_ctx_new(TLS_client_method()) else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "OpenSSL did not start")
    }
    unsafe self.context = context
    guard unsafe Suites.apply(to: context) else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "settings refused")
    }
    unsafe SSL_CTX_set_options(context, Suites.options)
    // Sessions are handed to their connection, never kept by the library.
    unsafe skerry_ctx_set_cache_mode(
      context, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
    unsafe SSL_CTX_sess_set_new_cb(context) { ssl, given in
      // Safe: the session outlives its SSL object, on whose behalf the library runs; the
      // reference to `given` becomes ours by returning 1.
      guard let ssl = unsafe ssl, let given = unsafe given,
        let owner = unsafe skerry_wire_of(ssl)?.pointee.owner
      else { return 0 }
      unsafe Unmanaged<TLSClientSession>.fromOpaque(owner).takeUnretainedValue()
        .keep(TLSResumption(given))
      return 1
    }
  }

  deinit { unsafe SSL_CTX_free(context) }
}
