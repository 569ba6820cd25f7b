// Below which time nearly all of many are, without keeping them.

/// The 95th percentile of a stream of times, as it is lately: each time above it raises it and each below it
/// lowers it, in the proportion that leaves it in place if one of twenty is above (Yazidi and Hammer,
/// "Multiplicative update methods for incremental quantile estimation", 2017).
struct QuantileEstimate: Sendable {
  private var estimate: UInt64 = TierLimits.leastHeadNanoseconds
  private var count = 0

  init() {}

  /// In nanoseconds; nil as long as there were too few to tell.
  var nanoseconds: UInt64? { count < TierLimits.quantileSamples ? nil : estimate }

  /// Takes a time into account.
  mutating func add(_ nanoseconds: UInt64) {
    guard count >= TierLimits.quantileSamples else {
      // Of the first twenty the largest is as good a guess as any.
      count += 1
      estimate = max(estimate, nanoseconds)
      return
    }
    let step = estimate / 160
    estimate = nanoseconds > estimate ? estimate + 19 * step : estimate - step
    estimate = max(estimate, TierLimits.leastHeadNanoseconds)
  }
}
