// Asking the origin for content without a coding.

package import Exchange

/// The layer below, asked for content as it is (`Accept-Encoding: identity`): a client's wish ends at
/// `CodingNegotiation`, and without the field an origin might choose what it likes.
package final class IdentityRequests: ResponseSource {
  private let below: any ResponseSource

  package init(_ below: any ResponseSource) { self.below = below }

  /// Asks for content without a coding, unless another protocol is asked for.
  package func begin(_ fetch: Fetch, for receiver: any FetchReceiver) {
    fetch.asksForIdentity = fetch.upgradedInput == nil
    below.begin(fetch, for: receiver)
  }
}
