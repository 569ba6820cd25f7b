// Who fetches: the owner's decision.

import Primitives

/// What the owner of a key answers to a loop that wants to fetch it.
enum ClaimAnswer: Sendable {
  /// It is stored and usable.
  case stored(StoredResponse)
  /// Another loop fetches it and will send what comes.
  case attached
  /// The asker fetches, for that reason; a stale response may be validated.
  case granted(StoredResponse?, Forwarding)
  /// Requests for this key do not wait for each other until then.
  case alone(StoredResponse?, until: Instant)
}
