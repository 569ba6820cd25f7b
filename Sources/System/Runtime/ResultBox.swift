// Where `EventLoop.perform` puts the result that crosses loops.

/// Carries a result from one loop to the task of another that waits for it.
final class ResultBox<Value: Sendable>: @unchecked Sendable {
  /// Written once, by the loop that does the work, before it sends the message that the caller's loop
  /// reads it after: a look at it before that could find half of it.
  var value: Value?
  /// Whether the message has come. Confined to the caller's loop, as the parker is.
  private(set) var hasArrived = false
  let parker: Parker

  /// A box for a task of `lane`.
  init(on lane: Lane) { parker = Parker(on: lane) }

  /// The message has come. On the caller's loop.
  func arrive() {
    hasArrived = true
    parker.wake()
  }
}
