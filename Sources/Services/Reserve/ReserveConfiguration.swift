// How the edge uses an object store.

/// What the operator says of the reserve.
package struct ReserveConfiguration: Sendable {
  /// Where the store is; the first that is well is asked.
  package var endpoints: [ReserveEndpoint]
  package var bucket: String
  package var region: String
  package var credentials: ReserveCredentials
  /// What all names begin with, without a slash at its end; empty for none.
  package var prefix: String
  /// How long a request waits for the head of an answer.
  package var wait: Duration
  /// Objects not looked at for so long are not used any more; they are written again when half of that
  /// has passed. The bucket's own rule should remove what is older.
  package var retentionSeconds: Int64
  /// A PEM text of authorities to trust instead of the system's.
  package var authorities: [UInt8]?

  package init(
    endpoints: [ReserveEndpoint], bucket: String, region: String,
    credentials: ReserveCredentials, prefix: String = "skerry",
    wait: Duration = ReserveLimits.wait, retentionSeconds: Int64 = 30 * 86_400,
    authorities: [UInt8]? = nil
  ) {
    self.endpoints = endpoints
    self.bucket = bucket
    self.region = region
    self.credentials = credentials
    self.prefix = prefix
    self.wait = wait
    self.retentionSeconds = retentionSeconds
    self.authorities = authorities
  }

  /// Keeps objects apart from those of other stores of zones, whoever writes to the same bucket: the numbers of
  /// purges, by which records are void, are one store's own.
  package mutating func keepApart(_ store: UInt64) {
    let own = String(store, radix: 16)
    prefix = prefix.isEmpty ? own : "\(prefix)/\(own)"
  }
}
