// What a stage decides.

/// What a stage decides about an exchange.
package enum Verdict {
  /// Go on to the next stage.
  case next
  /// `exchange.response` is complete.
  case respond
  /// Something must be waited for; the driver performs it in a task of the exchange's lane.
  case suspend(any Suspension)
}

/// Work that a stage needs done before the exchange can go on.
package protocol Suspension: AnyObject {
  /// Waits, and leaves `exchange.response` complete or streaming. Runs on the exchange's lane.
  func perform(_ exchange: Exchange) async throws(Failure)
}

/// One step of the pipeline, configured for one zone. Synchronous: it decides, it never waits.
package protocol Stage: AnyObject {
  /// The stage's name in metrics and documentation.
  static var name: StaticString { get }

  func evaluate(_ exchange: Exchange) -> Verdict
}
