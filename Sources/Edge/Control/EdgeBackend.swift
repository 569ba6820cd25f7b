// What the API needs of the edge that it controls.

package import ConfigurationTree
package import HTTP
package import Primitives
package import Runtime
package import Zones

/// The edge behind the API. Called on the lane of the API; every function may wait.
package protocol EdgeBackend: AnyObject, Sendable {
  /// Puts `applied` into effect: when it returns, every loop answers the next request of each zone
  /// by its new configuration, and none serves a zone that was removed. Called for one set of
  /// changes after the other, in the order of their sequence numbers.
  func publish(_ applied: AppliedChanges) async

  /// Lets a zone pay for what the API's worker did for it.
  func charge(_ work: TenantWork) async

  /// Whether changes are made here; not while another process takes over, which would not see them.
  var acceptsChanges: Bool { get }

  /// Tells the operator something.
  func note(_ text: String)

  /// What the edge is and does.
  func facts() async -> EdgeFacts

  /// What every zone and system lane used, summed over the loops.
  func ledger() async -> LedgerReading

  /// What the cache would do with a request of a client at `address`, and what it has for it; of a client
  /// nobody knows where without one. Throws if no zone answers for its host.
  func inspect(
    _ request: RequestHead, at address: SocketAddress?
  ) async throws(ControlRefusal) -> ConfigurationValue

  /// The other servers of the fleet and how they are, and whom of them a request is made to, if there is
  /// one. Throws if this server stands alone.
  func tiers(_ request: RequestHead?) async throws(ControlRefusal) -> ConfigurationValue

  /// The records of the zone `name` whose addresses are checked, and how they are. Throws if there is no such
  /// zone.
  func health(of name: String) async throws(ControlRefusal) -> ConfigurationValue

  /// A purge is about to be made here, which all servers of the fleet get: its number; nil if this server stands
  /// alone. From any thread.
  func beginPurge() -> UInt64?

  /// It is not made.
  func abandonPurge(_ number: UInt64)

  /// Gives a purge, which was begun and is in force here, to the other servers of the fleet, and waits until all
  /// that can be reached have it in force; nil if there is no fleet any more. `again` makes it here once more, if
  /// that took very long.
  func relay(
    _ number: UInt64, _ purge: ConfigurationValue, of zone: String,
    again: @Sendable () async -> Void
  ) async -> RelayedPurge?

  /// Asks which DS records the zone above has for the zone `name`.
  func delegations(of name: String, zone: ZoneID) async -> ParentAnswer

  /// Whether clients' countries are known here.
  var knowsCountries: Bool { get }

  /// Starts the program anew, hands it the listeners and, once it serves, stops accepting here.
  /// Throws, and goes on as before, if the new process does not come up.
  func upgrade() async throws(ControlRefusal) -> UpgradeReport

  /// Begins to stop: no new connections, requests in flight are finished. Returns at once.
  func stop()
}
