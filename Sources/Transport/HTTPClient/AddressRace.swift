// Which address of an origin is tried when: Happy Eyeballs in its simple form.

import Primitives
import Runtime

/// Tries addresses in order, the next one when the last has failed or has not answered for a
/// while, all of them until one deadline (RFC 8305 section 5).
struct AddressRace {
  /// What the driver does next.
  enum Action: Equatable {
    case start(SocketAddress)
    /// An attempt is under way: look again then, or when it ends.
    case wait(until: Instant)
    case timedOut
    /// Every address has failed.
    case exhausted
  }

  private let addresses: [SocketAddress]
  private let deadline: Instant
  private var nextIndex = 0
  private var running = 0
  private var nextStart: Instant

  init(_ addresses: [SocketAddress], now: Instant, timeout: Duration) {
    self.addresses = Array(addresses.prefix(HTTPClientLimits.addressesPerConnection))
    deadline = now + timeout
    nextStart = now
  }

  /// What to do now. `start` counts as done.
  mutating func next(now: Instant) -> Action {
    if now >= deadline { return .timedOut }
    guard nextIndex < addresses.count else {
      return running == 0 ? .exhausted : .wait(until: deadline)
    }
    guard running == 0 || now >= nextStart else { return .wait(until: min(nextStart, deadline)) }
    defer { nextIndex += 1 }
    running += 1
    nextStart = now + HTTPClientLimits.fallbackDelay
    return .start(addresses[nextIndex])
  }

  /// An attempt has failed: the next one begins at once.
  mutating func attemptFailed(now: Instant) {
    precondition(running > 0)
    running -= 1
    nextStart = now
  }
}
