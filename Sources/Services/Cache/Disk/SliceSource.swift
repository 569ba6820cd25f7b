// What slices are fetched for.

import Exchange
import HTTP

/// The response that slices belong to, and the request that is made for those that are missing.
struct SliceSource: Sendable {
  let whole: StoredResponse
  /// The client's, made fit for all who want the same.
  let request: RequestHead
  let client: ClientFacts
  let requestID: UInt64
  let policy: CachePolicy
}
