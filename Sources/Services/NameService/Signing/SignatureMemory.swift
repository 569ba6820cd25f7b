// What all signature caches of a loop take.

/// Counts the bytes of a loop's signatures. A zone's cache may grow by an eighth of what is free, so
/// that a zone that is flooded leaves room for all others. Confined to its loop.
final class SignatureMemory {
  private(set) var used = 0

  /// Whether `bytes` more may be taken in a cache that has `held`; they are counted then.
  func take(_ bytes: Int, held: Int) -> Bool {
    let free = NameServiceLimits.signatureBytes - used
    guard
      held + bytes <= free / NameServiceLimits.heldShare
        || bytes <= NameServiceLimits.leastSignatureBytes
    else { return false }
    used += bytes
    return true
  }

  func giveBack(_ bytes: Int) { used -= bytes }
}
