// What is checked, once for all records that have it.

package import Runtime

/// An address and port, and what they are asked.
package struct CheckedAddress: Hashable, Sendable {
  package let address: SocketAddress
  package let check: HealthCheck
  /// What Host and SNI say.
  let host: String
}
