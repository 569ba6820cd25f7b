// The addresses of an endpoint.

import Primitives
import Runtime

/// The addresses of an endpoint's name, looked up on a thread that may block; those known are used
/// meanwhile. From any thread.
final class StoreAddresses: Sendable {
  private let endpoint: ReserveEndpoint
  private let resolver: EventLoop?
  private let known = Guarded(Known())

  /// Addresses, and when to look again.
  private struct Known: Sendable {
    var addresses: [SocketAddress] = []
    var due = Instant(nanoseconds: 0)
  }

  /// `resolver` is a thread that may block; without one only fixed addresses are known.
  init(_ endpoint: ReserveEndpoint, resolver: EventLoop?) {
    self.endpoint = endpoint
    self.resolver = resolver
  }

  /// What is known now; empty if that is nothing yet.
  func current(now: Instant) -> [SocketAddress] {
    if let fixed = endpoint.fixedAddress { return [fixed] }
    let (addresses, isDue) = known.withLock { known in
      let isDue = now >= known.due
      if isDue { known.due = now + ReserveLimits.addressDuration }
      return (known.addresses, isDue)
    }
    if isDue { look() }
    return addresses
  }

  private func look() {
    resolver?.systemLane.post { [self] in
      do throws(RuntimeError) {
        let found = try Connect.resolve(endpoint.host, port: endpoint.port)
        known.withLock { $0.addresses = found }
      } catch {
        // What was known stays; the next look is soon.
        known.withLock { $0.due = SystemClock.monotonic + ReserveLimits.firstRest }
      }
    }
  }
}
