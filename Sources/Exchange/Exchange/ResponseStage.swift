// One step of the pipeline after the source.

/// One step of the pipeline after a response's head is known, configured for one zone.
///
/// Synchronous. It changes the head and may put another body in the place of the one that is there: a
/// body in memory may become a stream, which the driver then delivers in a task.
package protocol ResponseStage: AnyObject {
  /// The stage's name in metrics and documentation.
  static var name: StaticString { get }

  /// Changes `exchange.response`, on the loop of the exchange.
  func transform(_ exchange: Exchange)
}
