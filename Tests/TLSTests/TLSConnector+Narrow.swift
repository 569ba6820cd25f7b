// Clients that know less or other things than ours.

import COpenSSL

@testable import TLS

extension TLSConnector {
  /// Speaks nothing above `version`, and in TLS 1.2 only `suites`.
  func limit(to version: TLSVersion, suites: String? = nil) {
    unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version.rawValue), nil)
    if let suites { unsafe SSL_CTX_set_cipher_list(context, suites) }
  }

  /// Offers these suites of TLS 1.3.
  func prefer(_ suites: String) {
    unsafe SSL_CTX_set_ciphersuites(context, suites)
  }

  /// Offers these groups.
  func preferGroups(_ groups: String) {
    _ = unsafe skerry_ctx_set_groups(context, groups)
  }
}
