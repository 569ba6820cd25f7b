// Who asked a source.

package import HTTP

/// Whom a source tells what became of a fetch. Called on the loop and lane of the fetch.
package protocol FetchReceiver: AnyObject {
  /// An interim response other than 100 (RFC 9110 section 15.2), before the outcome.
  func interimCame(_ head: ResponseHead)

  /// The head has come. The receiver may take the memory of `response.head` by exchanging it for
  /// its own.
  func responseCame(_ response: inout FetchedResponse)

  func fetchFailed(_ failure: Failure)
}
