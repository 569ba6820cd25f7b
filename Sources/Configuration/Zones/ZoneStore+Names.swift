// Zones as DNS queries find them.

package import Primitives
package import Storage

extension ZoneStore {
  /// The zone with records whose domain is the longest end of `name`, which is in wire form and in
  /// lower case. One look-up for each label at most.
  package func zoneWithRecords(forName name: [UInt8]) throws(StorageError) -> ZoneID? {
    try environment.read { (state) throws(StorageError) in
      var start = 0
      while start < name.count, name[start] > 0 {
        let key = ApexKeys.key(wire: name, from: start)
        if let found = try state.value(at: key.span, in: tables.apexes) {
          return ZoneKeys.id(found)
        }
        start += Int(name[start]) + 1
      }
      return nil
    }
  }

  /// The number of the last change of the zone with records whose domain is `name`; nil if there is
  /// none.
  package func recordsSequence(of name: String) throws(StorageError) -> UInt64? {
    let key = ApexKeys.key(name: name)
    return try environment.read { (state) throws(StorageError) in
      guard let found = try state.value(at: key.span, in: tables.apexes) else { return nil }
      return ZoneKeys.number(found, at: 16)
    }
  }

  /// The domains of zones with records below `name`, in wire form; up to `limit`.
  package func apexes(below name: String, limit: Int) throws(StorageError) -> [[UInt8]] {
    let own = ApexKeys.key(name: name)
    return try environment.read { (state) throws(StorageError) in
      var found: [[UInt8]] = []
      var cursor = try state.cursor(over: tables.apexes, prefix: own)
      while found.count < limit, try cursor.next() {
        let key = cursor.keyCopy()
        if key != own { found.append(ApexKeys.wire(key)) }
      }
      return found
    }
  }

  /// The zones with records that `name` lies in, itself left out.
  package func zonesAbove(_ name: String) throws(StorageError) -> [ZoneID] {
    let wire = ApexKeys.wire(name: name)
    return try environment.read { (state) throws(StorageError) in
      var found: [ZoneID] = []
      var start = 0
      while wire[start] > 0 {
        start += Int(wire[start]) + 1
        let key = ApexKeys.key(wire: wire, from: start)
        guard !key.isEmpty, let value = try state.value(at: key.span, in: tables.apexes),
          let id = ZoneKeys.id(value)
        else { continue }
        found.append(id)
      }
      return found
    }
  }
}
