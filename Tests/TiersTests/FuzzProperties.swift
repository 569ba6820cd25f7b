// What must hold for any bytes: properties that fuzz targets run and unit tests replay.

import HTTP
import Primitives

@testable import Tiers

let fuzzProperties: [(String, @Sendable ([UInt8]) -> String?)] = [
  ("PeerField", { peerFieldProperty($0) }),
  ("NumberedPurge", { numberedPurgeProperty($0) }),
  ("NearnessMessage", { nearnessMessageProperty($0) }),
]

/// A purge in a message: what is read is read again from what is written of it.
func numberedPurgeProperty(_ input: [UInt8]) -> String? {
  guard let purge = NumberedPurge(input) else { return nil }
  return NumberedPurge(purge.content) == purge ? nil : "what was written is not read"
}

/// A value of Skerry-Peer: what is read stays within its limits, and is read again from what is written of it.
func peerFieldProperty(_ input: [UInt8]) -> String? {
  guard let field = PeerField(input.span) else { return nil }
  guard (1...TierLimits.hops).contains(field.hops.count) else { return "too many hops" }
  var fields = FieldBlock()
  field.append(to: &fields)
  let again = fields.withFirst(.skerryPeer) { PeerField($0) } ?? nil
  // The names of hops are written as they came, and a comma would end one.
  guard !field.hops.contains(where: { $0.contains(0x2c) || $0.contains(0x22) }) else { return nil }
  guard input.count <= TierLimits.fieldBytes - 64 else { return nil }
  return again == field ? nil : "what was written is not read"
}

/// What a server tells of origins: what is read stays within its limits, and is read again from what is written
/// of it.
func nearnessMessageProperty(_ input: [UInt8]) -> String? {
  let message = NearnessMessage(input)
  guard message.zones.count <= TierLimits.zonesPerMessage else { return "too many zones" }
  // Names that are no UTF-8 become longer as they are mended.
  guard message.zones.keys.allSatisfy({ $0.utf8.count <= TierLimits.zoneNameBytes }) else {
    return nil
  }
  return NearnessMessage(message.content) == message ? nil : "what was written is not read"
}
