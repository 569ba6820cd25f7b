// Memory for the next request.

/// Where exchanges wait for their next request.
package protocol ExchangePool: AnyObject {
  /// Keeps `exchange` if nobody else refers to it any more.
  func take(back exchange: consuming Exchange)
}
