// Transfers that one loop sends.

import Runtime

/// How many transfers are under way on one loop, and for whom, so that neither one secondary nor one zone has all
/// places. Without I/O.
struct TransfersUnderWay: Equatable {
  private(set) var count = 0
  /// By the networks that they go to (`SocketAddress.prefixHash`).
  private var networks: [UInt64: Int] = [:]

  init() {}

  /// Takes a place for a transfer to `network` of a zone that has `zoneCount` others; false if there is none for
  /// it.
  mutating func begin(network: UInt64, zoneCount: Int) -> Bool {
    let free = NameServiceLimits.transfersPerLoop - count
    guard free > 0, zoneCount < min(NameServiceLimits.transfersPerZone, max(1, free / 4)),
      networks[network, default: 0] < max(1, free / 2)
    else { return false }
    count += 1
    networks[network, default: 0] += 1
    return true
  }

  /// A transfer to `network` has ended.
  mutating func end(network: UInt64) {
    guard let others = networks[network], count > 0 else {
      preconditionFailure("a transfer ends once")
    }
    count -= 1
    networks[network] = others > 1 ? others - 1 : nil
  }
}
