// Who makes a fetch: a source.

/// Who makes a fetch.
package protocol FetchMaker: AnyObject {
  /// Gives the fetch up.
  func cancel()
}
