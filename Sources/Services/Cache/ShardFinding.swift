// What one loop knows of a key.

import Primitives

/// What a loop's shard knows of a key at one instant.
struct ShardFinding: Sendable {
  let loop: String
  let isOwner: Bool
  let now: Instant
  let wallTime: WallTime
  /// All variants that the loop can answer by, newest first.
  let stored: [StoredResponse]
  /// Until when requests for the key do not wait for each other.
  let markedUntil: Instant?
  let refusal: RefusalTable.Entry?
  let isBeingFetched: Bool
}
