// Layers that responses come from: the cache asks the one below it, the origin is the last.

/// Where responses come from: parent tiers, the reserve, the origin.
package protocol ResponseSource: AnyObject {
  /// Makes the request and returns the response's head with its body as a stream.
  func fetch(_ fetch: Fetch) async throws(Failure) -> FetchedResponse
}
