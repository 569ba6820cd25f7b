// What can go wrong in a session, and in whose words it is told.

/// Why a session ended; every reason is final for its session.
package enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The peer ended the session with this alert.
  case peerAlert(TLSAlert)
  /// The peer ended the session with an alert that we have no name for.
  case peerAlertNumber(Int)
  /// The peer broke the protocol.
  case protocolViolation(String)
  /// The two sides share no version, suite, group or application protocol.
  case nothingInCommon(String)
  /// We ended the handshake with this alert.
  case refused(TLSAlert)
  /// The server's certificate was not accepted.
  case verification(TLSVerificationFailure)
  /// The session had ended, or was not ready for this, when it was used.
  case notOpen
  /// Something failed on our side.
  case internalFailure(String)

  package var description: String {
    switch self {
    case .peerAlert(let alert): "the peer ended TLS with the alert \(alert)"
    case .peerAlertNumber(let number): "the peer ended TLS with the alert number \(number)"
    case .protocolViolation(let words): "the peer broke TLS: \(words)"
    case .nothingInCommon(let words): "nothing in common with the peer: \(words)"
    case .refused(let alert): "the handshake was refused with the alert \(alert)"
    case .verification(let failure): "the server's certificate is not accepted: \(failure)"
    case .notOpen: "the TLS session is not open"
    case .internalFailure(let words): "TLS failed on our side: \(words)"
    }
  }
}
