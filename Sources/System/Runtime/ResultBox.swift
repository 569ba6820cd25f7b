// Where `EventLoop.perform` puts the result that crosses loops.

/// Carries a result from one loop to another; written before the message that announces it.
final class ResultBox<Value: Sendable>: @unchecked Sendable {
  // Written once on one loop before the message that the other loop reads it after.
  var value: Value?
}
