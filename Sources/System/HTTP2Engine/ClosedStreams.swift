// What must be remembered of streams that are gone.

/// Streams that we reset, on which late frames are no fault (RFC 9113 section 5.1), and gaps that
/// the peer left in its identifiers. Memory is bounded; it is taken on first use.
struct ClosedStreams {
  private var resets: [Int32] = []
  private var nextReset = 0
  private var gaps: [ClosedRange<Int32>] = []
  private var nextGap = 0

  /// We reset a stream that the peer had not ended.
  mutating func remember(reset id: Int32) {
    guard !resets.contains(id) else { return }
    guard resets.count == Limits.rememberedResets else {
      resets.append(id)
      return
    }
    resets[nextReset] = id
    nextReset = (nextReset + 1) % resets.count
  }

  /// The peer passed over identifiers, which closes them (RFC 9113 section 5.1.1).
  mutating func remember(gap: ClosedRange<Int32>) {
    guard gaps.count == Limits.rememberedGaps else {
      gaps.append(gap)
      return
    }
    gaps[nextGap] = gap
    nextGap = (nextGap + 1) % gaps.count
  }

  /// Whether we reset that stream.
  func wasReset(_ id: Int32) -> Bool { resets.contains(id) }

  /// Whether the peer passed that identifier over.
  func wasPassedOver(_ id: Int32) -> Bool { gaps.contains { $0.contains(id) } }
}
