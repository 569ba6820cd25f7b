// Large bodies that are asked for often move to where the kernel sends them from without copying.

import Primitives
import Runtime

extension CacheShard {
  /// Counts a use of a response of any shard.
  @inline(__always)
  func noteUse(of stored: StoredResponse) {
    if stored.heatUp() { becameHot(stored) }
  }

  /// Lets a large body be copied on a thread that serves nobody, and puts it in the old one's place.
  /// Making the file costs as much as some sends save, so one use is not enough.
  private func becameHot(_ stored: StoredResponse) {
    guard stored.body.count >= CacheLimits.fileBodyBytes, !stored.body.isInFile,
      let group, let background = group.background
    else { return }
    let owner = group.shards[ownerIndex(stored.hash)]
    background.post {
      guard stored.isCurrent, let body = stored.body.inFile() else { return }
      let moved = StoredResponse(
        zone: stored.zone, sequence: stored.sequence, hash: stored.hash, key: stored.key,
        head: stored.head, body: body)
      owner.lane.post {
        owner.charge(stored.zone.id)
        moved.inherit(from: stored)
        owner.replace(stored, by: moved)
      }
    }
  }
}
