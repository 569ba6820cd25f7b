// Who connections are counted against.

/// Who owns the connections that it is served by: a zone on one loop. Counts them against its bound.
package protocol ConnectionTenant: AnyObject {
  /// One more connection is the tenant's; false if that would be one too many.
  func connectionOpened() -> Bool
  /// Undoes one `connectionOpened` that returned true.
  func connectionClosed()
}
