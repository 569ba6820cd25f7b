// How long a response took, told to its client.

import Exchange
import HTTP
import Primitives
import Runtime

/// Adds a Server-Timing field (W3C Server Timing) to responses whose settings ask for it, beside those
/// that the origin may have sent: from the request's head to the response's, and what the cache and the
/// origin took of that.
///
/// Confined to its loop.
final class ServerTiming: ResponseStage {
  static let name: StaticString = "server-timing"

  private let loop: EventLoop

  init(loop: EventLoop) { self.loop = loop }

  func transform(_ exchange: Exchange) {
    let facts = exchange.facts
    guard let sourceBegunAt = facts.sourceBegunAt else { return }
    let now = loop.preciseNow
    exchange.response.fields.append(.serverTiming) { output in
      output.append("edge;dur=")
      Self.append(now.nanoseconds(since: facts.begunAt), to: &output)
      output.append(", cache;")
      if facts.cache != .none {
        output.append("desc=")
        if facts.isFromDisk {
          output.append("\"")
          output.append(Self.word(facts.cache))
          output.append(" from disk\"")
        } else {
          output.append(Self.word(facts.cache))
        }
        output.append(0x3b)
      }
      output.append("dur=")
      Self.append(now.nanoseconds(since: sourceBegunAt), to: &output)
      if facts.reserveNanoseconds > 0 {
        output.append(", reserve;dur=")
        Self.append(facts.reserveNanoseconds, to: &output)
      }
      guard facts.originNanoseconds > 0 else { return }
      output.append(", origin;dur=")
      Self.append(facts.originNanoseconds, to: &output)
    }
  }

  private static func word(_ outcome: ExchangeFacts.CacheOutcome) -> StaticString {
    switch outcome {
    case .none: "none"
    case .hit: "hit"
    case .revalidated: "revalidated"
    case .stale: "stale"
    case .miss: "miss"
    case .collapsed: "collapsed"
    case .bypass: "bypass"
    }
  }

  /// Milliseconds with three decimals.
  static func append(_ nanoseconds: UInt64, to output: inout [UInt8]) {
    let microseconds = nanoseconds / 1_000
    output.appendDecimal(microseconds / 1_000)
    output.append(0x2e)
    let rest = microseconds % 1_000
    output.append(0x30 + UInt8(truncatingIfNeeded: rest / 100))
    output.append(0x30 + UInt8(truncatingIfNeeded: rest / 10 % 10))
    output.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
  }
}
