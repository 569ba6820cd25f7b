// Purges that other servers of the fleet have not got yet.

package import Storage
package import Tiers

extension ZoneStore {
  /// Keeps a purge for servers that could not be reached. Of those who are owed very many all are
  /// forgotten but one: `everything`, which stands for them.
  package func owe(
    _ text: [UInt8], to servers: [String], everything: [UInt8]
  ) throws(StorageError) {
    try environment.write { (change) throws(StorageError) in
      var number =
        try change.copy(of: OwedKeys.last, in: tables.meta)
        .map { ZoneKeys.number($0.span) } ?? 0
      for server in servers {
        number += 1
        let numbers = try owedNumbers(to: server, change)
        let isTooMany = numbers.count >= ZonesLimits.owedPurges
        if isTooMany {
          for number in numbers {
            try change.remove(OwedKeys.key(server, number), in: tables.meta)
          }
        }
        try change.put(
          isTooMany ? everything : text, at: OwedKeys.key(server, number), in: tables.meta)
      }
      // Never one twice: what is settled late must not take away what came since.
      try change.put(ZoneKeys.key(number), at: OwedKeys.last, in: tables.meta)
    }
  }

  /// The first purges that a server is owed, in order.
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
    try environment.write { (change) throws(StorageError) in
      for number in numbers {
        try change.remove(OwedKeys.key(server, number), in: tables.meta)
      }
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
      var cursor = try state.cursor(over: tables.meta, prefix: OwedKeys.all)
      while try cursor.next() {
        let name = OwedKeys.server(cursor.keyCopy())
        if servers.last != name { servers.append(name) }
      }
      return servers
    }
  }

  private func owedNumbers(
    to server: String, _ change: borrowing WriteTransaction
  ) throws(StorageError) -> [UInt64] {
    var numbers: [UInt64] = []
    var cursor = try change.cursor(over: tables.meta, prefix: OwedKeys.prefix(server))
    while try cursor.next() { numbers.append(OwedKeys.number(cursor.keyCopy())) }
    return numbers
  }
}

/// Where they lie: the server's name between `owed ` and a zero, then the number.
private enum OwedKeys {
  static let all = Array("owed ".utf8)
  static let last = Array("lastOwed".utf8)
  /// The names of the fleet's servers.
  static let servers = Array("servers".utf8)

  static func prefix(_ server: String) -> [UInt8] { all + Array(server.utf8) + [0] }
  static func key(_ server: String, _ number: UInt64) -> [UInt8] {
    prefix(server) + ZoneKeys.key(number)
  }

  static func server(_ key: [UInt8]) -> String {
    String(decoding: key.dropFirst(all.count).dropLast(9), as: UTF8.self)
  }

  static func number(_ key: [UInt8]) -> UInt64 { ZoneKeys.number(key.span, at: key.count - 8) }
}
