// Who drives an exchange through its stages.

/// Goes on with an exchange when the `EventDrivenWork` that it waited for has ended.
package protocol ExchangeDriver: AnyObject {
  /// `exchange.response` is complete or streaming.
  func workEnded()

  func workFailed(_ failure: Failure)

  /// The rest of the work takes a task.
  func workContinues(_ rest: any Suspension)
}
