// What a handshake goes on with.

package import Runtime
package import TLS

/// The answer to a client's server name.
package enum CertificateChoice: Sendable {
  /// The zone's certificates, and the lane that pays for the handshake.
  case use(TLSServerContext, Lane)
  /// No zone has that name.
  case unrecognizedName
  /// It can't be told now whether there is one.
  case unavailable
}
