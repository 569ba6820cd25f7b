// An endpoint as all loops see it.

import Primitives
import Runtime

/// What all loops know of an endpoint: its addresses, its health, and its clock. From any thread.
final class SharedEndpoint: Sendable {
  let endpoint: ReserveEndpoint
  let addresses: StoreAddresses
  let health = Guarded(EndpointHealth())
  /// How far the store's clock is ahead of ours, in seconds.
  let skew = Guarded<Int64>(0)

  init(_ endpoint: ReserveEndpoint, resolver: EventLoop?) {
    self.endpoint = endpoint
    addresses = StoreAddresses(endpoint, resolver: resolver)
  }
}
