// Keys of zones that answer DNS queries.

import Primitives

/// Domains as keys: labels from the root on, each behind its length, so that a domain's key begins
/// with the keys of those above it.
package enum ApexKeys {
  /// The key of a name in wire form, which is in lower case, or of its end from byte `start` on.
  static func key(wire name: [UInt8], from start: Int = 0) -> [UInt8] {
    var starts: [Int] = []
    var index = start
    while index < name.count, name[index] > 0 {
      starts.append(index)
      index += Int(name[index]) + 1
    }
    var key: [UInt8] = []
    for start in starts.reversed() {
      key.append(contentsOf: name[start..<min(start + 1 + Int(name[start]), name.count)])
    }
    return key
  }

  /// The name in wire form that `key` stands for.
  static func wire(_ key: [UInt8]) -> [UInt8] { self.key(wire: key) + [0] }

  /// The wire form of a domain as configurations have it.
  package static func wire(name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for label in name.utf8.split(separator: UInt8(ascii: ".")) {
      bytes.append(UInt8(truncatingIfNeeded: label.count))
      bytes.append(contentsOf: label.map(\.asciiLowercased))
    }
    return bytes + [0]
  }

  static func key(name: String) -> [UInt8] { key(wire: wire(name: name)) }
}
