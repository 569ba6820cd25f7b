// What a zone's actor is given to do.

import Exchange

/// A request that waits: what for, and where the pipeline goes on afterwards.
struct ZoneTask: @unchecked Sendable {
  // Stays on the loop of its zone's lane.
  let exchange: Exchange
  let work: any Suspension
  let pipeline: Pipeline
  let next: Int
}
