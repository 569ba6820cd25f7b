// Bytes that the kernel would not take yet.

package import Primitives
import CLinux

/// What waits to be sent on one channel, in order.
@usableFromInline package struct OutputQueue {
  /// How a flush ended, and so who goes on: nobody, epoll, the lane's next turn, the owner.
  package enum Flushed: Sendable {
    /// Nothing is left.
    case drained
    /// The kernel takes no more now; epoll will tell.
    case blocked
    /// The turn's share was sent, or what comes next is not in memory (`absentLoan`); come again.
    case more
    case failed(RuntimeError)
  }

  private var parts: [Bytes] = []
  private var first = 0
  /// Bytes that wait.
  @usableFromInline package private(set) var byteCount = 0

  package init() {}

  @inlinable package var isEmpty: Bool { byteCount == 0 }

  /// Queues `bytes` without copying them; they stay alive until they are sent.
  package mutating func append(_ bytes: Bytes) {
    guard !bytes.isEmpty else { return }
    parts.append(bytes)
    byteCount += bytes.count
  }

  /// Queues a copy of `bytes`.
  package mutating func append(copying bytes: Span<UInt8>) {
    if bytes.count > 0 { append(Bytes(copying: bytes)) }
  }

  /// Drops what waits: the channel is closed or broken.
  package mutating func removeAll() {
    parts.removeAll()
    first = 0
    byteCount = 0
  }

  /// Sends until nothing is left, the kernel blocks, or the turn's share is used.
  package mutating func flush(to channel: Channel) -> Flushed {
    var budget = RuntimeLimits.flushBytes
    while byteCount > 0 {
      guard channel.canSend else { return .blocked }
      guard budget > 0 else { return .more }
      guard parts[first].isInMemory(upTo: budget) else { return .more }
      switch sendOnce(channel, atMost: budget) {
      case .failed(let error): return .failed(error)
      case .bytes(let count):
        drop(count)
        budget -= count
      }
    }
    return .drained
  }

  /// Who lends what comes next, if the kernel does not have that in memory: it must be brought before it is
  /// sent. Queues that nobody lends anything to need not ask.
  package var absentLoan: FileLoan? {
    guard byteCount > 0, let loan = parts[first].loan,
      !parts[first].isInMemory(upTo: RuntimeLimits.flushBytes)
    else { return nil }
    return loan
  }

  private func sendOnce(_ channel: Channel, atMost limit: Int) -> Channel.Sent {
    if parts[first].file >= 0 {
      return channel.send(file: parts[first].slice(0..<min(limit, parts[first].count)))
    }
    // Safe: `parts` keeps every slice alive during the call, and the count is within the block.
    return unsafe withUnsafeTemporaryAllocation(
      of: skerry_slice.self, capacity: RuntimeLimits.slicesPerSend
    ) { slices in
      var count = 0
      var total = 0
      while first + count < parts.count && count < slices.count && total < limit {
        let part = parts[first + count]
        if part.file >= 0 { break }
        let length = min(part.count, limit - total)
        unsafe part.withUnsafeBytes { bytes in
          unsafe slices[count] = skerry_slice(base: bytes.baseAddress, count: length)
        }
        total += length
        count += 1
      }
      return unsafe channel.send(
        UnsafeBufferPointer(rebasing: slices[..<count]), total: total)
    }
  }

  private mutating func drop(_ count: Int) {
    byteCount -= count
    var rest = count
    while rest > 0 {
      if parts[first].count > rest {
        parts[first] = parts[first].dropFirst(rest)
        return
      }
      rest -= parts[first].count
      parts[first] = .empty
      first += 1
    }
    if first == parts.count {
      parts.removeAll(keepingCapacity: true)
      first = 0
    } else if first > 64 {
      parts.removeFirst(first)
      first = 0
    }
  }
}

extension OutputQueue {
  /// Takes up to `limit` bytes from the front, for `body` to copy piece by piece.
  package mutating func take(atMost limit: Int, _ body: (Span<UInt8>) -> Void) {
    var rest = min(limit, byteCount)
    while rest > 0 {
      let part = parts[first].slice(0..<min(rest, parts[first].count))
      part.withSpan { body($0) }
      rest -= part.count
      drop(part.count)
    }
  }
}
