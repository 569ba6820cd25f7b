// What all server sessions of a loop share.

import COpenSSL
import Primitives

/// The place where a loop's server sessions begin, before their zone is known: what we negotiate,
/// the ticket keys, the replay filter.
///
/// One per loop: sessions of different loops then share no counters of the library. Confined to its
/// loop.
// Confined to its loop: made, changed and used by its sessions there only.
@safe package final class TLSAcceptor: @unchecked Sendable {
  // Safe: owned by this object, freed in `deinit`; SSL objects hold references of their own.
  let context: OpaquePointer
  let ticketCipher: OpaquePointer
  let replayFilter: EarlyDataReplayFilter
  let capturesClientHello: Bool
  let suites: RecordSuites

  /// The ticket keys in force; all loops and servers should be given the same.
  package var ticketKeys: TLSTicketKeys

  /// An acceptor; `capturesClientHello` keeps each ClientHello's bytes for fingerprints.
  package init(
    ticketKeys: TLSTicketKeys, replayFilter: EarlyDataReplayFilter,
    capturesClientHello: Bool = false
  ) throws(TLSError) {
    guard OpenSSL.isReady, let context = unsafe skerry_ctx_new(TLS_server_method()),
      let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-CBC", nil)
    else { throw .internalFailure(OpenSSL.takeError()?.words ?? "OpenSSL did not start") }
    unsafe self.context = context
    unsafe ticketCipher = cipher
    suites = try RecordSuites()
    self.ticketKeys = ticketKeys
    self.replayFilter = replayFilter
    self.capturesClientHello = capturesClientHello
    // Safe: the context is this object's own; all strings are constants.
    guard unsafe Suites.apply(to: context), unsafe SSL_CTX_set_num_tickets(context, 1) == 1,
      unsafe SSL_CTX_set_recv_max_early_data(context, Limits.earlyDataBytes) == 1
    else { throw .internalFailure(OpenSSL.takeError()?.words ?? "settings refused") }
    unsafe SSL_CTX_set_options(
      context,
      Suites.options | skerry_option_server_preference() | skerry_option_prioritize_chacha()
        // Its own check needs a server-side cache; ours is the replay filter.
        | skerry_option_no_anti_replay())
    unsafe SSL_CTX_set_timeout(context, Limits.ticketLifetimeSeconds)
    unsafe skerry_ctx_set_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
    unsafe ServerCallbacks.install(on: context)
  }

  deinit {
    unsafe SSL_CTX_free(context)
    unsafe EVP_CIPHER_free(ticketCipher)
  }
}
