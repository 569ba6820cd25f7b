// What a transfer sends.

/// What was found, off the loops, for a transfer to send.
package enum TransferPlan: Sendable {
  /// All of the zone; if it is signed, in the order of its names.
  case whole(SigningOrder?)
  /// What has changed since the serial number that was asked for: for each change the old SOA, what was
  /// removed, the new SOA, and what was added (RFC 1995 section 4).
  case differences(RecordList)
}
