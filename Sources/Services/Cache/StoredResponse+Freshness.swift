// How fresh a stored response is: by its own word, and by soft purges.

import Exchange
import Primitives

extension StoredResponse {
  /// Its freshness, which a soft purge ends.
  @inline(__always)
  var freshness: Freshness {
    guard let end = outdated else { return head.freshness }
    return head.freshness.ended(at: end)
  }

  /// Whether a request with these directives may use it as it is.
  @inline(__always)
  func usability(_ request: RequestDirectives?, at now: Instant) -> Usability {
    outdated == nil
      ? head.usability(request, at: now) : head.usability(request, freshness, at: now)
  }

  /// Whether the reserve may have the older `present`, in whose place this comes, and go on having it: this one
  /// does not go there, or only when it is evicted, and may be lost until then.
  func leavesOlderInReserve(_ present: StoredResponse) -> Bool {
    if isInReserve || present === self { return false }
    return present.isInReserve || head.reserve == nil && present.mayBeInReserve
  }

  /// Whether it stays when `other` comes for the same: what was fetched before a soft purge does not
  /// take the place of what was fetched after it.
  func isNewer(than other: StoredResponse) -> Bool {
    if outdated == nil, other.outdated != nil { return true }
    return head.freshness.receivedAt > other.head.freshness.receivedAt
  }
}
