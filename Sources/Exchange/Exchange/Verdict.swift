// What a stage decides.

/// What a stage decides about an exchange.
package enum Verdict {
  /// Go on to the next stage.
  case next
  /// `exchange.response` is complete.
  case respond
  /// Something must be waited for; events carry it on.
  case start(any EventDrivenWork)
  /// Something must be waited for; the driver performs it in a task of the exchange's lane.
  case suspend(any Suspension)
}
