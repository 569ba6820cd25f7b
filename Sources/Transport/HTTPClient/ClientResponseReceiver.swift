// Who asked an origin.

package import Exchange
package import HTTP

/// Whom a connection tells what became of an exchange. Called on its loop and lane, never while the
/// exchange is begun.
package protocol ClientResponseReceiver: AnyObject {
  /// An interim response other than 100 and 101.
  func interimCame(_ head: ResponseHead)

  /// The final head has come; the body follows from the stream in the response, or is there already
  /// if it came along. What is left in `response.head` afterwards is used as memory for the next.
  func responseCame(_ response: inout FetchedResponse)

  /// The exchange is over without a response.
  func exchangeFailed(_ error: HTTPClientError)
}
