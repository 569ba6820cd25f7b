// Hot responses of other loops' shards, so that a hit never leaves its loop.

import HTTP
import Primitives

/// A bounded set-associative cache of references to responses that other shards own.
///
/// What an owner revokes is void here at once; its memory is held until its slot is used again, at
/// most `limit` bytes in all.
struct FrontCache {
  private var hashes: [UInt64]
  private var responses: [StoredResponse?]
  private var turn = 0
  private let mask: Int
  private let limit: Int
  /// Bytes of the responses that are referred to.
  private(set) var bytes = 0

  init(slots: Int = CacheLimits.frontSlots, limit: Int) {
    precondition(slots >= 4 && slots & (slots - 1) == 0)
    hashes = Array(repeating: 0, count: slots)
    responses = Array(repeating: nil, count: slots)
    mask = slots - 1
    self.limit = limit
  }

  /// The newest current response for `key` whose selecting fields are those of the request.
  func find(_ hash: UInt64, _ key: [UInt8], _ fields: FieldBlock) -> StoredResponse? {
    let set = setStart(hash)
    var found: StoredResponse?
    for slot in set..<set + 4 where hashes[slot] == hash {
      guard let response = responses[slot], response.isCurrent, response.key == key,
        response.head.selection.isEmpty || response.head.selection.matches(fields)
      else { continue }
      if let best = found,
        best.head.freshness.receivedAt > response.head.freshness.receivedAt
      {
        continue
      }
      found = response
    }
    return found
  }

  /// All current responses for `key`.
  func all(_ hash: UInt64, _ key: [UInt8]) -> [StoredResponse] {
    let set = setStart(hash)
    return (set..<set + 4).compactMap { slot in
      guard hashes[slot] == hash, let response = responses[slot], response.isCurrent,
        response.key == key
      else { return nil }
      return response
    }
  }

  mutating func insert(_ response: StoredResponse) {
    guard response.cost <= limit, !response.body.isLent else { return }
    let set = setStart(response.hash)
    var chosen = set + turn & 3
    for slot in set..<set + 4 {
      guard let present = responses[slot], present.isCurrent else {
        chosen = slot
        break
      }
      if present === response { return }
      if present.hash == response.hash,
        present.head.selection.isEqual(to: response.head.selection)
      {
        chosen = slot
        break
      }
    }
    clear(chosen)
    while bytes + response.cost > limit {
      turn += 1
      clear(turn & mask)
    }
    turn += 1
    hashes[chosen] = response.hash
    responses[chosen] = response
    bytes += response.cost
  }

  /// Forgets all responses of that hash.
  mutating func remove(_ hash: UInt64) {
    let set = setStart(hash)
    for slot in set..<set + 4 where hashes[slot] == hash { clear(slot) }
  }

  private mutating func clear(_ slot: Int) {
    guard let present = responses[slot] else { return }
    bytes -= present.cost
    responses[slot] = nil
    hashes[slot] = 0
  }

  private func setStart(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash >> 8) & mask & ~3
  }
}
