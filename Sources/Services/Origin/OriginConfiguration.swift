// What a zone may say about one of its origins.

/// An origin server of a zone.
package struct OriginConfiguration: Equatable, Sendable {
  package var scheme: OriginConfiguration.Scheme

  /// A host name in lower case, or an address: `192.0.2.1`, `2001:db8::1` (without brackets).
  package var host: String
  package var port: UInt16

  /// The share of requests relative to the zone's other origins.
  package var weight = 1

  /// What `Host` says; nil keeps the client's.
  package var hostHeader: String?

  /// The name for TLS (SNI and verification); nil takes the host name of the URL.
  package var serverName: String?

  /// Whether the certificate must be valid for the name. Off is for laboratories.
  package var verifiesCertificate = true

  /// Certificates (PEM) to trust instead of the system's.
  package var certificateAuthority: String?

  package var timeouts = OriginConfiguration.Timeouts()

  package init(scheme: OriginConfiguration.Scheme, host: String, port: UInt16? = nil) {
    self.scheme = scheme
    self.host = host
    self.port = port ?? scheme.port
  }
}
