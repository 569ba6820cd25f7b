// One step of the pipeline.

/// One step of the pipeline, configured for one zone. Synchronous: it decides, it never waits.
package protocol Stage: AnyObject {
  /// The stage's name in metrics and documentation.
  static var name: StaticString { get }

  /// Looks at the exchange on its loop and decides at once.
  func evaluate(_ exchange: Exchange) -> Verdict
}
