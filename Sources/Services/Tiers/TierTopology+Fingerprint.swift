// Whether two topologies are the same.

import Primitives
import Runtime

extension TierTopology {
  /// A hash of all that it says; the order of PoPs and servers is part of it.
  var fingerprint: UInt64 {
    var text = ""
    for pop in pops {
      text += "\(pop.name) \(pop.tier) \(pop.parents)\n"
      for server in pop.servers.map({ servers[$0] }) {
        text += "- \(server.name) \(server.address) \(server.weight) \(server.isDraining)\n"
      }
    }
    return KeyedHash(key0: 0x746f_706f, key1: 0x6c6f_6779).hash(Array(text.utf8).span)
  }
}
