// Where certificates come from.

/// Finds the certificates for the name that a client asks for.
package protocol CertificateSource: AnyObject {
  /// The certificates for `serverName`, which is nil if the client names none; on the connection's
  /// loop. Nil means that they must be looked up: `requester` will be told, there.
  func certificate(
    for serverName: [UInt8]?, requester: any CertificateRequester
  ) -> CertificateChoice?
}
