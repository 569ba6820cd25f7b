// Where the library asks a server session during its handshake.

import COpenSSL
import Primitives

/// The callbacks of an acceptor's context; each finds its session through the BIO.
enum ServerCallbacks {
  /// Sets all callbacks on `context`.
  @unsafe static func install(on context: OpaquePointer) {
    unsafe SSL_CTX_set_client_hello_cb(context, clientHello, nil)
    unsafe skerry_ctx_set_name_callback(context, { _, _, _ in SSL_TLSEXT_ERR_OK })
    unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
    unsafe skerry_ctx_set_ticket_callback(context, ticketKey)
    _ = unsafe SSL_CTX_set_session_ticket_cb(context, nil, ticketOpened, nil)
    unsafe SSL_CTX_set_allow_early_data_cb(context, allowEarlyData, nil)
    unsafe SSL_CTX_set_msg_callback(context, message)
  }

  /// The session of `ssl`, alive while the library runs on its behalf.
  @unsafe private static func session(_ ssl: OpaquePointer?) -> TLSServerSession? {
    // Safe: the owner is set when the wire is made and outlives the SSL object.
    guard let ssl = unsafe ssl, let owner = unsafe skerry_wire_of(ssl)?.pointee.owner else {
      return nil
    }
    return unsafe Unmanaged<TLSServerSession>.fromOpaque(owner).takeUnretainedValue()
  }

  private static let clientHello: SSL_client_hello_cb_fn = { ssl, alert, _ in
    guard let session = unsafe session(ssl) else { return SSL_CLIENT_HELLO_ERROR }
    switch session.sawClientHello() {
    case .proceed: return SSL_CLIENT_HELLO_SUCCESS
    case .wait: return SSL_CLIENT_HELLO_RETRY
    case .refuse(let reason):
      unsafe alert?.pointee = Int32(reason.rawValue)
      return SSL_CLIENT_HELLO_ERROR
    }
  }

  /// Messages and records in passing.
  private static let message:
    @convention(c) (
      Int32, Int32, Int32, UnsafeRawPointer?, Int, OpaquePointer?, UnsafeMutableRawPointer?
    ) -> Void = { isWritten, _, kind, bytes, count, ssl, _ in
      if isWritten == 1, kind == SSL3_RT_INNER_CONTENT_TYPE {
        unsafe session(ssl)?.protectedRecord()
      } else if isWritten == 0, kind == SSL3_RT_HANDSHAKE, let bytes = unsafe bytes {
        // Safe: the library lends `count` bytes.
        unsafe session(ssl)?.captured(
          message: Span(_unsafeStart: bytes.assumingMemoryBound(to: UInt8.self), count: count))
      }
    }

  private static let selectProtocol: SSL_CTX_alpn_select_cb_func = {
    ssl, selected, selectedLength, offered, offeredLength, _ in
    guard let protocols = unsafe session(ssl)?.context?.protocols, !protocols.isEmpty,
      let offered = unsafe offered
    else { return SSL_TLSEXT_ERR_NOACK }
    // Safe: the library lends `offeredLength` bytes, whose framing it has checked.
    let list = unsafe Span(_unsafeStart: offered, count: Int(offeredLength))
    for wanted in protocols {
      var position = 0
      while position < list.count {
        let length = Int(list[position])
        guard position + 1 + length <= list.count else { break }
        if list.extracting(position + 1..<position + 1 + length).equals(wanted.name) {
          unsafe selected?.pointee = offered + position + 1
          unsafe selectedLength?.pointee = UInt8(truncatingIfNeeded: length)
          return SSL_TLSEXT_ERR_OK
        }
        position += 1 + length
      }
    }
    // RFC 7301 section 3.2: no_application_protocol.
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }

  private static let ticketKey:
    @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?,
      OpaquePointer?, Int32
    ) -> Int32 = { ssl, name, vector, cipher, authentication, isSealing in
      guard let acceptor = unsafe session(ssl)?.acceptor, let name = unsafe name,
        let vector = unsafe vector, let cipher = unsafe cipher,
        let authentication = unsafe authentication
      else { return -1 }
      let keys = acceptor.ticketKeys
      return isSealing == 1
        ? unsafe keys.seal(
          name: name, vector: vector, cipher: cipher, authentication: authentication,
          algorithm: acceptor.ticketCipher)
        : unsafe keys.open(
          name: name, vector: vector, cipher: cipher, authentication: authentication,
          algorithm: acceptor.ticketCipher)
    }

  /// A ticket is only good for the server name it was issued for: RFC 6066 section 3 demands it of
  /// TLS 1.2, and nobody needs otherwise. (Its zone is checked by the session's id context.)
  private static let ticketOpened: SSL_CTX_decrypt_session_ticket_fn = {
    ssl, ticket, _, _, status, _ in
    guard status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW,
      let session = unsafe session(ssl), let ticket = unsafe ticket
    else { return SSL_TICKET_RETURN_IGNORE_RENEW }
    let name = session.clientHello?.serverName
    // Safe: the name lives in the ticket's session, which the library lends.
    let issuedFor = unsafe SSL_SESSION_get0_hostname(ticket).map { unsafe String(cString: $0) }
    let isSame =
      switch (name, issuedFor) {
      case (nil, nil): true
      case (let name?, let issuedFor?): ClientHello.isSameName(name, issuedFor)
      default: false
      }
    guard isSame else { return SSL_TICKET_RETURN_IGNORE_RENEW }
    // In TLS 1.3 a client uses a ticket once (RFC 8446 appendix C.4), so it needs another.
    let isKept = status == SSL_TICKET_SUCCESS && session.version != .tls13
    return isKept ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW
  }

  private static let allowEarlyData: SSL_allow_early_data_cb_fn = { ssl, _ in
    guard let session = unsafe session(ssl) else { return 0 }
    return session.admitsEarlyData() ? 1 : 0
  }
}
