// All zones of the edge, as the storage thread sees them.

package import Cache
import DNS
import NameService
import Primitives
package import Runtime
package import Storage
package import Zones

/// Looks zones up in the store and makes their snapshots.
///
/// Confined to one storage thread, which serves look-ups and changes in one order. On its loop a
/// look-up's result may come after a later change; the sequence numbers of both tell.
package final class ZoneDirectory: @unchecked Sendable {
  // Confined to `loop`.
  package let loop: EventLoop
  package let store: ZoneStore
  private let cache: CacheGroup
  /// Where what takes long is read: other zones' look-ups do not wait for it.
  let reader: EventLoop
  /// The zone that answers for names that no zone has; nil: 421.
  package let defaultZone: String?
  private var live: [ZoneID: Live] = [:]
  /// The last change of which the loops were told.
  private var publishedSequence: UInt64 = 0
  private var sweepAt = 1_024
  private(set) var lastFailure: String?

  /// Finds a zone's snapshot as long as some loop uses it, and what the zone uses as long as it has
  /// requests or connections anywhere.
  private struct Live {
    weak var snapshot: ZoneSnapshot?
    weak var use: ZoneUse?
  }

  package init(
    store: ZoneStore, cache: CacheGroup, loop: EventLoop, reader: EventLoop, defaultZone: String?
  ) {
    self.store = store
    self.reader = reader
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

  /// What a look-up found, and the sequence number of the last change that it has certainly seen.
  package struct Finding: Sendable {
    let found: Found
    let sequence: UInt64
  }

  /// The zone that answers for `host`: exact name, then wildcard, then the default zone. From a task on
  /// any loop.
  func find(_ host: [UInt8]) async -> Finding {
    while true {
      switch await loop.perform({ [self] in lookUp(host) }) {
      case .found(let finding): return finding
      case .unloaded(let tenant):
        if let error = await reader.perform({ [self] in load(tenant) }) {
          return Finding(found: .failed(error), sequence: .max)
        }
      }
    }
  }

  /// What a look-up came to.
  enum LookUp: Sendable {
    case found(Finding)
    /// The zone has so many purges that they are to be taken over elsewhere first.
    case unloaded(CacheZone)
  }

  private func lookUp(_ host: [UInt8]) -> LookUp {
    do throws(StorageError) {
      var id = try store.zone(forHost: host.span)
      if id == nil, let defaultZone { id = try store.zone(named: defaultZone) }
      return try lookUp(id)
    } catch {
      return .found(Finding(found: .failed(error), sequence: .max))
    }
  }

  /// The zone that answers DNS queries for `name`, which is in canonical wire form. On `loop`.
  func lookUp(name: [UInt8]) -> LookUp {
    do throws(StorageError) {
      return try lookUp(try store.zoneWithRecords(forName: name))
    } catch {
      return .found(Finding(found: .failed(error), sequence: .max))
    }
  }

  private func lookUp(_ id: ZoneID?) throws(StorageError) -> LookUp {
    // What the store has may be newer, a snapshot in memory is not.
    let sequence = publishedSequence
    func finding(_ found: Found) -> LookUp { .found(Finding(found: found, sequence: sequence)) }
    guard let id else { return finding(.unknown) }
    if let snapshot = live[id]?.snapshot { return finding(.zone(snapshot)) }
    let tenant = cache.zone(id)
    if !tenant.isLoaded, try store.purgeCount(of: id) > GatewayLimits.purgesLoadedAtOnce {
      return .unloaded(tenant)
    }
    guard let configuration = try store.configurationWithKeys(of: id) else {
      return finding(.unknown)
    }
    return finding(.zone(try makeSnapshot(configuration, epoch: try store.sequence())))
  }

  /// Takes over the purges that the store has of a zone; what went wrong, if something did. From any
  /// storage thread: those that are put into force meanwhile are not lost.
  func load(_ tenant: CacheZone) -> StorageError? {
    do throws(StorageError) {
      tenant.load(try store.purges(of: tenant.id), wallTime: SystemClock.wall)
      return nil
    } catch {
      return error
    }
  }

  private func makeSnapshot(
    _ configuration: ZoneConfiguration, epoch: UInt64
  ) throws(StorageError) -> ZoneSnapshot {
    let use = live[configuration.id]?.use ?? ZoneUse()
    let tenant = cache.zone(configuration.id)
    if !tenant.isLoaded, let error = load(tenant) { throw error }
    let snapshot = ZoneSnapshot(
      configuration, epoch: epoch, use: use, tenant: tenant,
      records: try records(of: configuration))
    live[snapshot.id] = Live(snapshot: snapshot, use: use)
    if live.count > sweepAt {
      live = live.filter { $0.value.use != nil }
      sweepAt = max(1_024, live.count * 2)
    }
    return snapshot
  }

  /// The zone as DNS queries see it; nil if others answer them. Its epoch is that of its own last
  /// change, so that the serial number of its SOA is the same whenever and wherever it is read.
  private func records(
    of configuration: ZoneConfiguration
  ) throws(StorageError) -> NameZoneSnapshot? {
    guard let image = configuration.records else { return nil }
    let limit = GatewayLimits.nestedZones
    let nested = try store.apexes(below: configuration.name, limit: limit + 1)
    let snapshot = NameZoneSnapshot(
      id: configuration.id, image: image, nested: nested.count > limit ? nil : Set(nested),
      plan: configuration.signingKeys?.plan, isToBeSigned: configuration.isToBeSigned,
      transfers: configuration.transfers,
      epoch: try store.recordsSequence(of: configuration.name) ?? 0)
    if snapshot.isUnanswerable {
      lastFailure =
        "\(configuration.name) can't be signed: its stored keys are damaged, or the library fails. Queries for it "
        + "are answered with SERVFAIL. What can be done: skerry dns keys \(configuration.name)"
    }
    return snapshot
  }

  /// What the loops must hear of changes that the store has made, in their order. Purges among them are
  /// in force when this returns: loops need not hear of those.
  func publication(of changes: ArraySlice<ZoneChangeRecord>) -> Publication {
    var publication = Publication(sequence: changes.last?.sequence ?? 0)
    publishedSequence = max(publishedSequence, publication.sequence)
    for record in changes {
      if let purge = record.purge {
        let (_, ledger) = LaneLedger.count {
          cache.apply(purge, sequence: record.sequence, to: record.zone)
        }
        if let ledger { publication.spent.append((record.zone, ledger)) }
      }
      if record.kind == .purged { continue }
      noteForSecondaries(record, in: &publication)
      do throws(StorageError) { publication.zones.append(try published(record)) } catch {
        // Nothing of it may be served from memory: the next request reads the store again.
        publication.zones.append(
          Publication.Zone(id: record.zone, snapshot: nil, isRemoved: false, hostnames: []))
        lastFailure = error.description
      }
    }
    publishZonesAbove(changes, in: &publication)
    return publication
  }

  /// Notes the zone if its secondaries have to be told of the change.
  private func noteForSecondaries(
    _ record: ZoneChangeRecord, in publication: inout Publication
  ) {
    do throws(StorageError) {
      if let zone = try store.copiedZone(record.zone), zone.isTold,
        zone.sequence == record.sequence
      {
        publication.told.append((record.zone, ApexKeys.wire(name: record.name)))
      }
    } catch { lastFailure = error.description }
  }

  /// Zones in memory that changed zones lie in learn which zones are below them now.
  private func publishZonesAbove(
    _ changes: ArraySlice<ZoneChangeRecord>, in publication: inout Publication
  ) {
    for record in changes where record.kind != .purged {
      do throws(StorageError) {
        let isThere = try store.recordsSequence(of: record.name) != nil
        for id in try store.zonesAbove(record.name) {
          guard let isKnown = live[id]?.snapshot?.records?.hasZoneBelow(record.name),
            isKnown != isThere,
            !publication.zones.contains(where: { $0.id == id }),
            let configuration = try store.configurationWithKeys(of: id)
          else { continue }
          let snapshot = try makeSnapshot(configuration, epoch: publication.sequence)
          publication.zones.append(
            Publication.Zone(id: id, snapshot: snapshot, isRemoved: false, hostnames: []))
        }
      } catch { lastFailure = error.description }
    }
  }

  private func published(_ record: ZoneChangeRecord) throws(StorageError) -> Publication.Zone {
    let wasLive = live[record.zone]?.snapshot != nil
    live[record.zone]?.snapshot = nil
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

extension ZoneDirectory {
  /// What a transfer of `snapshot` sends to who has what had the serial number `serial`. On `reader`.
  func plan(of snapshot: NameZoneSnapshot, after serial: SerialNumber?) -> TransferPlan {
    if snapshot.isSigned { return .whole(snapshot.signingOrder()) }
    guard let serial else { return .whole(nil) }
    do throws(StorageError) {
      let own = snapshot.image.serial
      if let found = try store.differences(of: snapshot.id, from: serial, to: own) {
        return .differences(found)
      }
    } catch {
      loop.systemLane.post { [self] in lastFailure = error.description }
    }
    return .whole(nil)
  }
}
