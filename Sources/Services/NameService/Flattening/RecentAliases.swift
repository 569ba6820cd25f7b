// What was found lately, for loops that did not have the zone in memory then.

import DNS
import Primitives

/// Findings in the first half of their time, so that a zone that comes into another loop's memory asks for
/// nothing anew. Who asks before they run out, as a loop does in the last quarter, gets new ones.
struct RecentAliases {
  private var findings: [AliasQuestion: (contents: [UInt8], until: Instant, fresh: Instant)] = [:]

  var count: Int { findings.count }

  /// What is known of a question, for the time that is left of it.
  func find(_ question: AliasQuestion, now: Instant) -> AliasFinding? {
    guard let known = findings[question], now < known.fresh else { return nil }
    let rest = known.until.nanoseconds(since: now) / 1_000_000_000
    return .addresses(known.contents, ttl: UInt32(truncatingIfNeeded: rest))
  }

  mutating func note(_ question: AliasQuestion, _ finding: AliasFinding, now: Instant) {
    guard case .addresses(let contents, let given) = finding else { return }
    let ttl = min(given, NameServiceLimits.longestAliasTTL)
    if findings.count >= NameServiceLimits.recentAliases {
      findings = findings.filter { now < $0.value.fresh }
      // What is forgotten is asked for once more.
      if findings.count >= NameServiceLimits.recentAliases { findings.removeAll() }
    }
    findings[question] = (
      contents, now + .seconds(Int64(ttl)), now + .milliseconds(Int64(ttl) * 500)
    )
  }
}
