// What waits in memory for room on the disk.

import Primitives
import Runtime

/// Responses of a shard for which the queue to the disk had no room when they came: they are tried again
/// while they are in memory, and once more when they leave it.
///
/// Confined to its shard's loop, but for `bytes`.
final class OwedResponses: LoopWork, @unchecked Sendable {
  // Confined to its shard's loop.
  weak var shard: CacheShard?
  private var line: [Entry] = []
  private let bytesOfZones = Guarded<[ZoneID: Int]>([:])

  /// A key with responses that wait.
  private struct Entry {
    let hash: UInt64
    let key: [UInt8]
    let zone: ZoneID
  }

  /// What those of a zone take in memory. From any thread.
  func bytes(of zone: ZoneID) -> Int { bytesOfZones.withLock { $0[zone] ?? 0 } }

  /// How many places in line a zone has.
  func places(of zone: ZoneID) -> Int { line.reduce(0) { $0 + ($1.zone == zone ? 1 : 0) } }

  /// Puts a response in line, where no zone has more places than it leaves for the others.
  func add(_ response: StoredResponse) {
    precondition(!response.isOwed)
    response.noteOwed()
    count(response.cost, of: response.zone.id)
    let zone = response.zone.id
    // While less than half is taken that always holds.
    guard
      line.count < DiskLimits.owedResponses / 2
        || places(of: zone) < DiskLimits.owedResponses - line.count
    else { return }
    line.append(Entry(hash: response.hash, key: response.key, zone: zone))
    if deadline == .never { setDeadline(loop.now + DiskLimits.owedInterval) }
  }

  /// The disk owes a response nothing any more: it is there, or has left memory.
  func settle(_ response: StoredResponse) {
    guard response.isOwed else { return }
    response.noteNotOwed()
    count(-response.cost, of: response.zone.id)
  }

  /// Nothing is tried any more. On the loop, before the shard ends elsewhere: the deadline is the loop's.
  func stop() {
    line.removeAll()
    setDeadline(.never)
  }

  private func count(_ bytes: Int, of zone: ZoneID) {
    bytesOfZones.withLock { zones in
      let sum = (zones[zone] ?? 0) + bytes
      precondition(sum >= 0)
      zones[zone] = sum == 0 ? nil : sum
    }
  }

  override func run() {
    guard let shard, let disk = shard.group?.disk else { return }
    let tried = line.prefix(DiskLimits.owedAtOnce)
    line.removeFirst(tried.count)
    for entry in tried {
      let variants = shard.resource(entry.hash, entry.key)?.variants ?? []
      for response in variants.map(\.response) where response.isOwed {
        shard.charge(response.zone.id)
        // Those of a zone that has no room now let others go first.
        guard disk.hasRoom(for: response, at: shard), disk.put(response, at: shard) != .noRoom
        else {
          line.append(entry)
          break
        }
        settle(response)
      }
    }
    setDeadline(line.isEmpty ? .never : loop.now + DiskLimits.owedInterval)
  }
}
