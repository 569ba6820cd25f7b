// One zone's configuration, compiled.

import Cache
import NameService
import Primitives
import TLS
package import Zones

/// One zone's configuration as requests use it: immutable, shared by all loops.
package final class ZoneSnapshot: Sendable {
  package let configuration: ZoneConfiguration
  /// The sequence number of the change that it was built from.
  package let epoch: UInt64
  /// What the zone uses of the server, whatever its configuration is.
  let use: ZoneUse
  /// The zone as the cache sees it, with its purges: they are in memory as long as it is.
  let tenant: CacheZone
  /// What the zone says of its cache, compiled here, on the storage thread, for all loops.
  let cachePolicies: CachePolicies
  /// What the zone answers for.
  let names: HostnameSet
  /// The zone as DNS queries see it; nil if others answer them.
  let records: NameZoneSnapshot?
  private let contexts = Guarded(ContextState.unmade)

  /// Whether the certificates have been read; nil: none of them can be used.
  private enum ContextState {
    case unmade
    case made(TLSServerContext?)
  }

  init(
    _ configuration: ZoneConfiguration, epoch: UInt64, use: ZoneUse, tenant: CacheZone,
    records: NameZoneSnapshot? = nil
  ) {
    self.configuration = configuration
    self.epoch = epoch
    self.use = use
    self.tenant = tenant
    self.records = records
    names = HostnameSet(configuration.hostnames)
    cachePolicies =
      configuration.cache == CacheConfiguration()
      ? .standard : CachePolicies(configuration.cache)
  }

  var id: ZoneID { configuration.id }

  /// The zone's certificates, read on the first call, which takes about a millisecond: not on a
  /// loop. Nil if the zone has none that can be used.
  func tlsContext() -> TLSServerContext? {
    contexts.withLock { state in
      if case .made(let context) = state { return context }
      let context = makeContext()
      state = .made(context)
      return context
    }
  }

  private func makeContext() -> TLSServerContext? {
    var identities: [TLSIdentity] = []
    for certificate in configuration.certificates {
      guard let key = certificate.key,
        case .success(let identity) = CertificateReader.identity(certificate.chain, key.pem),
        !identities.contains(where: { $0.keyKind == identity.keyKind })
      else { continue }
      identities.append(identity)
    }
    guard !identities.isEmpty else { return nil }
    return TLSServerContext(
      zone: id, identities: Array(identities.prefix(2)),
      minimumVersion: configuration.tls.minimumVersion == .tls13 ? .tls13 : .tls12,
      allowsEarlyData: configuration.tls.acceptsEarlyData)
  }
}
