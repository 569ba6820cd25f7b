// Purges that other servers of the fleet have not got yet.

package import Storage
package import Tiers

extension ZoneStore {
  /// Keeps a purge of a zone, or of all zones if it names none, for servers that could not be reached. One that a
  /// server is owed already is not kept twice. Of a zone of which a server is owed very many all are forgotten but
  /// one: everything of the zone; of zones that are very many, everything.
  package func owe(
    _ text: [UInt8], ofZone zone: String = "", to servers: [String],
    standIns: (ofZone: [UInt8], ofAll: [UInt8])
  ) throws(StorageError) {
    try environment.write { (change) throws(StorageError) in
      var number =
        try change.copy(of: OwedKeys.last, in: tables.meta)
        .map { ZoneKeys.number($0.span) } ?? 0
      for server in servers {
        number += 1
        var text = text
        var prefix = OwedKeys.prefix(server, zone)
        let present = try rows(prefix, change)
        var gone = present.filter { $0.text == text }.map(\.key)
        if present.count - gone.count >= ZonesLimits.owedPurges {
          text = standIns.ofZone
          gone = present.map(\.key)
        } else if try owedCount(of: server, change) >= ZonesLimits.owedPurgesOfServer {
          text = standIns.ofAll
          prefix = OwedKeys.prefix(server, "")
          gone = try rows(OwedKeys.prefix(server), change).map(\.key)
        }
        for key in gone { try change.remove(key, in: tables.meta) }
        try change.put(text, at: prefix + ZoneKeys.key(number), in: tables.meta)
        try add(1 - gone.count, of: server, &change)
      }
      // Never one twice: what is settled late must not take away what came since.
      try change.put(ZoneKeys.key(number), at: OwedKeys.last, in: tables.meta)
    }
  }

  /// Purges that a server is owed, in no order.
  package func owed(to server: String, limit: Int) throws(StorageError) -> [OwedPurge] {
    try environment.read { (state) throws(StorageError) in
      var found: [OwedPurge] = []
      var cursor = try state.cursor(over: tables.meta, prefix: OwedKeys.prefix(server))
      while found.count < limit, try cursor.next() {
        found.append(
          OwedPurge(number: OwedKeys.number(cursor.keyCopy()), text: try cursor.valueCopy()))
      }
      return found
    }
  }

  /// A server has got the purges of those numbers.
  package func settle(_ server: String, _ numbers: [UInt64]) throws(StorageError) {
    let settled = Set(numbers)
    try environment.write { (change) throws(StorageError) in
      let gone = try rows(OwedKeys.prefix(server), change).map(\.key)
        .filter { settled.contains(OwedKeys.number($0)) }
      for key in gone { try change.remove(key, in: tables.meta) }
      try add(-gone.count, of: server, &change)
    }
  }

  /// Keeps the names of the fleet's servers; returns those that were kept before.
  package func replaceServers(_ names: [String]) throws(StorageError) -> [String] {
    try environment.write { (change) throws(StorageError) in
      let before = try change.copy(of: OwedKeys.servers, in: tables.meta) ?? []
      let text = Array(names.joined(separator: " ").utf8)
      if text != before { try change.put(text, at: OwedKeys.servers, in: tables.meta) }
      return String(decoding: before, as: UTF8.self).split(separator: " ").map { String($0) }
    }
  }

  /// The servers that are owed something.
  package func owedServers() throws(StorageError) -> [String] {
    try environment.read { (state) throws(StorageError) in
      var servers: [String] = []
      var cursor = try state.cursor(over: tables.meta, prefix: OwedKeys.counts)
      while try cursor.next() { servers.append(OwedKeys.counted(cursor.keyCopy())) }
      return servers
    }
  }

  private func rows(
    _ prefix: [UInt8], _ change: borrowing WriteTransaction
  ) throws(StorageError) -> [(key: [UInt8], text: [UInt8])] {
    var rows: [(key: [UInt8], text: [UInt8])] = []
    var cursor = try change.cursor(over: tables.meta, prefix: prefix)
    while try cursor.next() { rows.append((cursor.keyCopy(), try cursor.valueCopy())) }
    return rows
  }

  private func owedCount(
    of server: String, _ change: borrowing WriteTransaction
  ) throws(StorageError) -> Int {
    try change.copy(of: OwedKeys.count(server), in: tables.meta)
      .map { Int(clamping: ZoneKeys.number($0.span)) } ?? 0
  }

  private func add(
    _ difference: Int, of server: String, _ change: inout WriteTransaction
  ) throws(StorageError) {
    let count = max(0, try owedCount(of: server, change) + difference)
    let key = OwedKeys.count(server)
    if count == 0 {
      try change.remove(key, in: tables.meta)
    } else {
      try change.put(ZoneKeys.key(UInt64(count)), at: key, in: tables.meta)
    }
  }
}

/// Where they lie: the server's name between `owed ` and a zero, the zone's, a zero, then the number.
private enum OwedKeys {
  static let last = Array("lastOwed".utf8)
  /// The names of the fleet's servers.
  static let servers = Array("servers".utf8)
  /// How many a server is owed, by its name.
  static let counts = Array("owedCount ".utf8)

  static func prefix(_ server: String) -> [UInt8] { Array("owed \(server)".utf8) + [0] }
  static func prefix(_ server: String, _ zone: String) -> [UInt8] {
    prefix(server) + Array(zone.utf8) + [0]
  }

  static func count(_ server: String) -> [UInt8] { counts + Array(server.utf8) }
  static func counted(_ key: [UInt8]) -> String {
    String(decoding: key.dropFirst(counts.count), as: UTF8.self)
  }

  static func number(_ key: [UInt8]) -> UInt64 { ZoneKeys.number(key.span, at: key.count - 8) }
}
