// What the cache says of itself in responses.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// Age (RFC 9111 section 5.1), and the zone's word on how long clients may keep the response: its
  /// lifetime for them begins now, so that it exceeds the age by that.
  @inline(__always)
  func appendAge(_ exchange: Exchange, _ head: StoredHead, isOutdated: Bool = false) {
    var age = head.freshness.ageSeconds(at: shard.now)
    // A soft purge made it stale: so it is for whoever stores it.
    if isOutdated, exchange.client.isPeer { age = max(age, head.freshness.lifetimeSeconds) }
    exchange.response.fields.append(.age, atMost: 20, isChecked: true) { $0.appendDecimal(age) }
    if exchange.client.isPeer { return appendReplaced(exchange, head) }
    if let seconds = head.browserSeconds {
      exchange.response.fields.appendMaxAge(seconds &+ age)
    }
  }

  /// What clients do not get, for a server that caches on their behalf: tags, and the origin's own word on
  /// lifetimes.
  @inline(never)
  private func appendReplaced(_ exchange: Exchange, _ head: StoredHead) {
    guard let replaced = head.replaced else { return }
    for index in replaced.entries.indices {
      exchange.response.fields.append(index, of: replaced)
    }
  }

  /// Cache-Status of a hit (RFC 9211 section 2.1).
  @inline(__always)
  func appendHitStatus(_ exchange: Exchange, _ freshness: Freshness) {
    let remaining = freshness.remainingSeconds(at: shard.now)
    let isFromReserve = exchange.facts.isFromReserve
    let name = group.name
    exchange.response.fields.append(
      .cacheStatus, atMost: 64 &+ name.count, isChecked: true
    ) { output in
      output.append(name.span)
      output.append("; hit; ttl=")
      output.appendSigned(remaining)
      if isFromReserve { output.append("; detail=reserve") }
    }
  }

  /// Cache-Status of a response that was asked for below (RFC 9211 sections 2.2 to 2.7).
  func appendForwardStatus(_ exchange: Exchange, _ status: ForwardStatus) {
    let own = exchange.response.status
    let name = group.name
    // The longest of its parts have 92 bytes together, beside the name.
    exchange.response.fields.append(
      .cacheStatus, atMost: 128 &+ name.count, isChecked: true
    ) { output in
      output.append(name.span)
      output.append("; fwd=")
      output.append(status.forwarding.token)
      if let below = status.statusBelow, below != own {
        output.append("; fwd-status=")
        output.appendDecimal(UInt64(below))
      }
      if status.isStored { output.append("; stored") }
      if status.isCollapsed { output.append("; collapsed") }
      if let ttl = status.ttl {
        output.append("; ttl=")
        output.appendSigned(ttl)
      }
    }
  }

  /// How a request that was not answered from memory was answered.
  struct ForwardStatus {
    let forwarding: Forwarding
    /// The status that came from below.
    var statusBelow: UInt16?
    var isStored = false
    /// It waited for a fetch that another request had caused.
    var isCollapsed = false
    /// Seconds of freshness left.
    var ttl: Int64?
  }
}

extension FieldBlock {
  /// `Cache-Control: max-age=N`.
  mutating func appendMaxAge(_ seconds: UInt64) {
    append(.cacheControl) { output in
      output.append("max-age=")
      output.appendDecimal(seconds)
    }
  }
}

extension OutputSpan where Element == UInt8 {
  @_lifetime(self: copy self)
  fileprivate mutating func appendSigned(_ value: Int64) {
    if value < 0 { append(0x2d) }
    appendDecimal(value.magnitude)
  }
}
