// Who connections are counted against.

/// Who owns the connections that it is served by: a zone on one loop. Counts them against its bound.
package protocol ConnectionTenant: AnyObject {
  /// One more connection is the tenant's; false if that would be one too many.
  func connectionOpened() -> Bool
  /// Undoes one `connectionOpened` that returned true.
  func connectionClosed()
  /// So many bytes more (or fewer) wait for clients than were told before.
  func waitingOutputChanged(by bytes: Int)
  /// Whether less waits for clients than the tenant may have. Without room a response goes on only
  /// when its own client has taken everything.
  var hasOutputRoom: Bool { get }
}
