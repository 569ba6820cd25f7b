// A client's connection, from its tenant's side.

/// A client's connection as one of its tenants sees it.
package protocol TenantConnection: AnyObject {
  /// The connection's place in the tenant's list is another one now.
  func moved(to place: Int)
  /// The tenant is no more: the connection lets go of it as soon as it has nothing to do for it.
  func tenantRetired()
}
