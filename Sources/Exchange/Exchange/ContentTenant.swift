// Who content that waits is counted against.

/// Who has content on its way: a zone on one loop. Counts it against its bound.
package protocol ContentTenant: AnyObject {
  /// So many bytes more (or fewer) wait for clients than were told before.
  func waitingOutputChanged(by bytes: Int)
  /// Whether less waits for clients than the tenant may have. Without room a response goes on only
  /// when its own client has taken everything.
  var hasOutputRoom: Bool { get }
  /// So many bytes of requests' content more (or fewer) are held than were told before.
  func waitingInputChanged(by bytes: Int)
  /// Whether less content of requests is held than the tenant may have. Without room more of a body
  /// comes only when its reader has passed on everything.
  var hasInputRoom: Bool { get }
}
