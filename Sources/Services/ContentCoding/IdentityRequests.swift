// Asking the origin for content without a coding.

package import Exchange

/// The layer below, asked for content as it is (`Accept-Encoding: identity`): a client's wish ends at
/// `CodingNegotiation`, and without the field an origin might choose what it likes.
package final class IdentityRequests: ResponseSource {
  private let below: any ResponseSource

  package init(_ below: any ResponseSource) { self.below = below }

  package func fetch(_ fetch: Fetch) async throws(Failure) -> FetchedResponse {
    fetch.asksForIdentity = fetch.upgradedInput == nil
    return try await below.fetch(fetch)
  }
}
