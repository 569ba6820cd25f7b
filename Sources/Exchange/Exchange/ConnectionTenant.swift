// Who connections are counted against.

/// Who owns the connections that it is served by: a zone on one loop. Counts them against its bound.
package protocol ConnectionTenant: ContentTenant {
  /// `connection` serves the tenant from now on. Returns its place in the tenant's list; nil if that
  /// would be one too many.
  func connectionOpened(_ connection: any TenantConnection) -> Int?
  /// Undoes one `connectionOpened`; `place` is what it returned, or what `moved` said since.
  func connectionClosed(at place: Int)
}
