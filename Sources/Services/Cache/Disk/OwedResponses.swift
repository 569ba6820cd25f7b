// What waits in memory for room on the disk.

import Primitives
import Runtime
import Synchronization

/// Responses of a shard for which the queue to the disk had no room when they came: they are tried again
/// while they are in memory, and once more when they leave it.
///
/// Confined to its shard's loop, but for `bytes`.
final class OwedResponses: LoopWork, @unchecked Sendable {
  // Confined to its shard's loop.
  weak var shard: CacheShard?
  private var line: [(hash: UInt64, key: [UInt8])] = []
  /// What all of them take in memory. For any thread.
  var bytes: Int { counted.load(ordering: .relaxed) }
  private let counted = Atomic<Int>(0)

  /// Puts a response in line.
  func add(_ response: StoredResponse) {
    precondition(!response.isOwed)
    response.noteOwed()
    counted.add(response.cost, ordering: .relaxed)
    guard line.count < DiskLimits.owedResponses else { return }
    line.append((response.hash, response.key))
    if deadline == .never { setDeadline(loop.now + DiskLimits.owedInterval) }
  }

  /// The disk owes a response nothing any more: it is there, or has left memory.
  func settle(_ response: StoredResponse) {
    guard response.isOwed else { return }
    response.noteNotOwed()
    counted.subtract(response.cost, ordering: .relaxed)
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
        guard disk.hasRoom(for: response), disk.put(response, at: shard) != .noRoom else {
          line.append(entry)
          break
        }
        settle(response)
      }
    }
    setDeadline(line.isEmpty ? .never : loop.now + DiskLimits.owedInterval)
  }
}
