// Who connections are counted against.

/// Who owns the connections that it is served by: a zone on one loop. Counts them against its bound.
package protocol ConnectionTenant: AnyObject {
  /// `connection` serves the tenant from now on. Returns its place in the tenant's list; nil if that
  /// would be one too many.
  func connectionOpened(_ connection: any TenantConnection) -> Int?
  /// Undoes one `connectionOpened`; `place` is what it returned, or what `moved` said since.
  func connectionClosed(at place: Int)
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
