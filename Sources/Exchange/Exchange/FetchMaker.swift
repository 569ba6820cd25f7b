// Who makes a fetch: a source.

/// Who makes a fetch.
open class FetchMaker {
  package init() {}

  /// Gives the fetch up.
  open func cancel() {}
}
