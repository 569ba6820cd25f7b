// All zones of the edge, as the storage thread sees them.

package import Cache
import Primitives
package import Runtime
package import Storage
package import Zones

/// Looks zones up in the store and makes their snapshots.
///
/// Confined to one storage thread, which serves look-ups and changes in one order: a loop that hears
/// of a change after a look-up's result got the result from before the change.
package final class ZoneDirectory: @unchecked Sendable {
  // Confined to `loop`.
  package let loop: EventLoop
  package let store: ZoneStore
  private let cache: CacheGroup
  /// The zone that answers for names that no zone has; nil: 421.
  package let defaultZone: String?
  private var live: [ZoneID: Live] = [:]
  private var sweepAt = 1_024
  private(set) var lastFailure: String?

  /// Finds a zone's snapshot as long as some loop uses it, and what the zone uses as long as it has
  /// requests or connections anywhere.
  private struct Live {
    weak var snapshot: ZoneSnapshot?
    weak var use: ZoneUse?
  }

  package init(store: ZoneStore, cache: CacheGroup, loop: EventLoop, defaultZone: String?) {
    self.store = store
    self.cache = cache
    self.loop = loop
    self.defaultZone = defaultZone
  }

  /// What a name leads to.
  package enum Found: Sendable {
    case zone(ZoneSnapshot)
    case unknown
    case failed(StorageError)
  }

  /// The zone that answers for `host`: exact name, then wildcard, then the default zone.
  func find(_ host: [UInt8]) -> Found {
    do throws(StorageError) {
      if let id = try store.zone(forHost: host.span), let found = try snapshot(of: id) {
        return .zone(found)
      }
      guard let defaultZone, let id = try store.zone(named: defaultZone),
        let found = try snapshot(of: id)
      else { return .unknown }
      return .zone(found)
    } catch {
      return .failed(error)
    }
  }

  private func snapshot(of id: ZoneID) throws(StorageError) -> ZoneSnapshot? {
    if let snapshot = live[id]?.snapshot { return snapshot }
    guard let configuration = try store.configurationWithKeys(of: id) else { return nil }
    return try makeSnapshot(configuration, epoch: try store.sequence())
  }

  private func makeSnapshot(
    _ configuration: ZoneConfiguration, epoch: UInt64
  ) throws(StorageError) -> ZoneSnapshot {
    let use = live[configuration.id]?.use ?? ZoneUse()
    let tenant = cache.zone(configuration.id)
    // Purges are published on this thread too: none is missed between reading and taking over.
    if !tenant.isLoaded {
      tenant.load(try store.purges(of: configuration.id), wallTime: SystemClock.wall)
    }
    let snapshot = ZoneSnapshot(configuration, epoch: epoch, use: use, tenant: tenant)
    live[snapshot.id] = Live(snapshot: snapshot, use: use)
    if live.count > sweepAt {
      live = live.filter { $0.value.use != nil }
      sweepAt = max(1_024, live.count * 2)
    }
    return snapshot
  }

  /// What the loops must hear of changes that the store has made. Purges among them are in force when
  /// this returns: loops need not hear of those.
  func publication(of applied: AppliedChanges) -> Publication {
    var publication = Publication(sequence: applied.sequence)
    for record in applied.changes {
      if let purge = record.purge {
        cache.apply(purge, sequence: record.sequence, to: record.zone)
        continue
      }
      do throws(StorageError) { publication.zones.append(try published(record)) } catch {
        // Nothing of it may be served from memory: the next request reads the store again.
        publication.zones.append(
          Publication.Zone(id: record.zone, snapshot: nil, isRemoved: false, hostnames: []))
        lastFailure = error.description
      }
    }
    return publication
  }

  private func published(_ record: ZoneChangeRecord) throws(StorageError) -> Publication.Zone {
    let wasLive = live[record.zone]?.snapshot != nil
    live[record.zone]?.snapshot = nil
    if record.kind == .removed {
      // It has no time of its own: nothing is stale by it.
      let end = Purge(isEverything: true, time: WallTime(seconds: 0))
      cache.apply(end, sequence: record.sequence, to: record.zone)
    }
    guard record.kind != .removed, wasLive,
      let configuration = try store.configurationWithKeys(of: record.zone)
    else {
      // Nobody has it in memory: the next look-up reads it.
      return Publication.Zone(
        id: record.zone, snapshot: nil, isRemoved: record.kind == .removed,
        hostnames: record.kind == .removed ? [] : try hostnames(of: record.zone))
    }
    let snapshot = try makeSnapshot(configuration, epoch: record.sequence)
    return Publication.Zone(
      id: record.zone, snapshot: snapshot, isRemoved: false, hostnames: configuration.hostnames)
  }

  private func hostnames(of id: ZoneID) throws(StorageError) -> [Hostname] {
    try store.configuration(of: id)?.hostnames ?? []
  }
}
