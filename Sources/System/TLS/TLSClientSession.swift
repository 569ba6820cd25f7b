// The client's end of one connection.

import COpenSSL
import Primitives

/// A client session with one server, verified as its context says.
// Confined to its loop, as its superclass.
package final class TLSClientSession: TLSSession, @unchecked Sendable {
  private let connector: TLSConnector
  private var resumption: TLSResumption?
  private var hasStarted = false

  /// A session with the server of `context`, taking up `resumption` if there is one.
  package init(
    _ connector: TLSConnector, to context: TLSClientContext, resuming resumption: TLSResumption?
  ) throws(TLSError) {
    self.connector = connector
    try unsafe super.init(context: connector.context)
    OpenSSL.forgetErrors()
    unsafe SSL_set_connect_state(ssl)
    let isReady =
      verify(context) && offer(context.protocols) && show(context.identity)
      // Safe: the library takes references and copies of its own.
      && (unsafe skerry_ssl_set_min_version(ssl, Int32(context.minimumVersion.rawValue)) == 1)
    guard isReady else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "settings refused")
    }
    if let resumption { unsafe SSL_set_session(ssl, resumption.session) }
  }

  /// The server name, and the checks of the certificate.
  private func verify(_ context: TLSClientContext) -> Bool {
    let isAddress = IPAddressText.isAddress(context.host)
    // Safe: strings are copied; the store is referenced.
    if !isAddress, unsafe skerry_ssl_set_server_name(ssl, context.host) != 1 { return false }
    guard case .trust(let trust) = context.verification else {
      unsafe SSL_set_verify(ssl, SSL_VERIFY_NONE, nil)
      return true
    }
    unsafe SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
    guard unsafe skerry_ssl_set_trust(ssl, trust.store) == 1,
      let parameters = unsafe SSL_get0_param(ssl)
    else { return false }
    if isAddress { return unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, context.host) == 1 }
    // RFC 6125 section 6.4.3: no wildcard within a label.
    let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
    unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(flags))
    let length = context.host.utf8.count
    return unsafe X509_VERIFY_PARAM_set1_host(parameters, context.host, length) == 1
  }

  private func show(_ identity: TLSIdentity?) -> Bool {
    guard let identity else { return true }
    // Safe: the library takes references of its own.
    return unsafe SSL_use_cert_and_key(
      ssl, identity.leaf.pointer, identity.key.pointer, identity.chain.pointer, 1) == 1
  }

  private func offer(_ protocols: [ApplicationProtocol]) -> Bool {
    guard !protocols.isEmpty else { return true }
    let wire = ApplicationProtocol.wire(protocols)
    // Safe: the library copies the list. It returns 0 for success.
    return unsafe wire.withUnsafeBufferPointer {
      unsafe SSL_set_alpn_protos(ssl, $0.baseAddress, UInt32($0.count))
    } == 0
  }

  /// Goes as far as the ciphertext received allows; the first call appends the ClientHello.
  package func handshake(output: inout [UInt8]) -> TLSHandshakeStep {
    switch stage {
    case .open: return .done
    case .failed: return .failed(failure ?? .notOpen)
    case .handshake, .early, .finishing: break
    }
    hasStarted = true
    let result = withOutput(&output) { unsafe SSL_do_handshake(ssl) }
    if result == 1 {
      stage = .open
      return .done
    }
    switch verdict(result) {
    case .needsInput, .needsContext: return .needsInput
    case .closeNotify:
      return .failed(fail(.protocolViolation("the connection was closed during the handshake")))
    case .failed(let error): return .failed(error)
    }
  }

  /// Sends `plaintext` as 0-RTT data with the ClientHello; only before `handshake`, and at most
  /// the resumption's `earlyDataBytes`.
  ///
  /// Whether it was taken is known after the handshake (`acceptedEarlyData`); if not, send it
  /// again. Anybody may replay it (RFC 8446 section 8). Throws `notOpen` if nothing is resumed.
  package func sendEarlyData(
    _ plaintext: Span<UInt8>, output: inout [UInt8]
  ) throws(TLSError) {
    guard stage == .handshake, !hasStarted else { throw .notOpen }
    // Safe: the library reads `plaintext` during the call only.
    let result = withOutput(&output) {
      unsafe plaintext.withUnsafeBytes { bytes in
        var written = 0
        return unsafe SSL_write_early_data(ssl, bytes.baseAddress, bytes.count, &written)
      }
    }
    guard result != 1 else { return }
    OpenSSL.forgetErrors()
    throw .notOpen
  }

  /// What the server gave to resume this session with; nil if nothing since the last call. In TLS
  /// 1.3 it comes after the handshake, with the first read.
  package func takeResumption() -> TLSResumption? {
    defer { resumption = nil }
    return resumption
  }

  func keep(_ resumption: TLSResumption) { self.resumption = resumption }
}
