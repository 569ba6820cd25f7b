// A zone: a customer's domain and all its configuration.

package import Cache
package import ContentCoding
package import NameService
package import Origin
package import Primitives
package import Tiers

/// The configuration of a zone, whatever wrote it: complete, with every default filled in.
package struct ZoneConfiguration: Equatable, Sendable {
  package var id: ZoneID

  /// The zone's domain, in lower case. No two zones have the same.
  package var name: String

  /// The names it serves, all within its domain, at least one. A name belongs to one zone.
  package var hostnames: [Hostname]

  /// At least one.
  package var origins: [OriginConfiguration]

  /// How they are used.
  package var originPolicy = OriginPolicy()

  /// Whom requests are made to before them, if this server is one of several.
  package var tiers = TierChoice.smart

  /// None means that the zone is served without TLS only.
  package var certificates: [CertificateConfiguration] = []
  package var tls = ZoneTLS()
  package var cache = CacheConfiguration()
  package var compression = CompressionConfiguration()
  package var bounds = ZoneBounds()

  /// The share of CPU relative to other zones when the machine is busy: `Lane.weight`.
  package var weight = 1

  /// The zone's part of the cache's memory against the parts of others, in MiB: its own bytes times
  /// its weight.
  package var cacheShare: Int { min(max(1, bounds.cacheBytes >> 20) * weight, 1 << 20) }

  /// Whether requests without TLS are redirected to `https`.
  package var redirectsToHTTPS = false

  /// Fields to set in every response.
  package var responseFields: [ResponseFieldConfiguration] = []

  /// The zone's DNS records, compiled; nil if others answer queries for it.
  package var records: ZoneImage?

  /// Whether answers to DNS queries are signed (DNSSEC).
  package var isSigned = false

  /// The keys that sign them: made with the change that switches signing on. They stay for a while when
  /// it is switched off. Nil also where keys are not shown.
  package var signingKeys: KeySet?

  /// Such keys as they are stored, if they are damaged, or of a later version: they can't be used, and are kept.
  package var damagedKeys: [UInt8]?

  /// How they are chosen and changed.
  package var signingPolicy = SigningPolicy()

  /// Whether that is not said, and stays as it is where there are keys.
  package var keepsSigningPolicy: Bool {
    get { unsaid.isSigningPolicy }
    set { unsaid.isSigningPolicy = newValue }
  }
  private var unsaid = Unsaid()

  /// What was not given. How a zone is configured does not depend on it.
  private struct Unsaid: Equatable {
    var isSigningPolicy = false

    static func == (one: Unsaid, other: Unsaid) -> Bool { true }
  }

  /// The servers that the zone's DNS is transferred to; secrets are left out where they are not shown.
  package var transfers = TransferConfiguration()

  /// What clients get whose request failed, in the place of Skerry's page; the first that fits counts.
  package var errorPages: [ErrorPageConfiguration] = []

  /// A paused zone keeps its configuration and answers 503; its DNS goes on.
  package var isPaused = false

  package init(
    id: ZoneID, name: String, hostnames: [Hostname], origins: [OriginConfiguration]
  ) {
    self.id = id
    self.name = name
    self.hostnames = hostnames
    self.origins = origins
  }

  /// This configuration without private keys.
  package var withoutKeys: ZoneConfiguration {
    var copy = self
    for index in copy.certificates.indices { copy.certificates[index].key = nil }
    copy.signingKeys = nil
    copy.damagedKeys = nil
    copy.transfers = transfers.withoutSecrets
    return copy
  }
}
