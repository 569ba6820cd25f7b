// Databases for tests, since none can be fetched.

/// Writes a database in MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/).
struct DatabaseWriter {
  /// A value as the format has it.
  indirect enum Value {
    case text(String)
    case uint16(Int)
    case uint32(Int)
    case uint64(Int)
    case map([(String, Value)])
    case array([Value])
    /// Bytes of any shape.
    case raw([UInt8])
  }

  var type = "Test-Country"
  var ipVersion = 6
  var recordBits = 24
  /// Members of the metadata that are left out, or replaced.
  var changes: [String: Value?] = [:]
  private var nodes: [[Target]] = [[.nothing, .nothing]]
  private(set) var data: [UInt8] = []

  private enum Target {
    case nothing
    case node(Int)
    case data(Int)
  }

  /// A record as GeoLite2-Country has it.
  static func country(_ code: String, continent: String = "EU") -> Value {
    .map([
      ("continent", .map([("code", .text(continent)), ("names", .map([("en", .text("A"))]))])),
      ("country", .map([("iso_code", .text(code)), ("names", .map([("en", .text("B"))]))])),
    ])
  }

  /// Says `value` of the addresses that begin with so many `bits` of an IPv6 address, or of an IPv4 one
  /// that follows twelve bytes of 0; in databases of IPv4 of that alone.
  mutating func add(_ high: UInt64, _ low: UInt64, bits: Int, _ value: Value) {
    addRaw(high, low, bits: bits, offset: append(value))
  }

  /// The same of IPv4 addresses.
  mutating func add(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, bits: Int, _ value: Value) {
    let word = UInt64(a) << 24 | UInt64(b) << 16 | UInt64(c) << 8 | UInt64(d)
    add(0, word, bits: 96 + bits, value)
  }

  /// The offset of a value that is appended to the data.
  mutating func append(_ value: Value) -> Int {
    let offset = data.count
    data += Self.encode(value)
    return offset
  }

  /// As `add`, with data that are there already.
  mutating func addRaw(_ high: UInt64, _ low: UInt64, bits: Int, offset: Int) {
    let first = ipVersion == 4 ? 96 : 0
    var node = 0
    for bit in first..<bits {
      let side = Int((bit < 64 ? high >> UInt64(63 - bit) : low >> UInt64(127 - bit)) & 1)
      if bit == bits - 1 {
        nodes[node][side] = .data(offset)
      } else if case .node(let next) = nodes[node][side] {
        node = next
      } else {
        nodes.append([nodes[node][side], nodes[node][side]])
        nodes[node][side] = .node(nodes.count - 1)
        node = nodes.count - 1
      }
    }
  }

  /// The file.
  var bytes: [UInt8] { tree + Array(repeating: 0, count: 16) + data + metadata }

  private var tree: [UInt8] {
    nodes.flatMap { node -> [UInt8] in
      let records = node.map { target in
        switch target {
        case .nothing: nodes.count
        case .node(let index): index
        case .data(let offset): nodes.count + 16 + offset
        }
      }
      let (left, right) = (records[0], records[1])
      switch recordBits {
      case 24: return Self.integer(left, 3) + Self.integer(right, 3)
      case 28:
        return Self.integer(left, 3) + [UInt8((left >> 24) << 4 | right >> 24)]
          + Self.integer(right, 3)
      default: return Self.integer(left, 4) + Self.integer(right, 4)
      }
    }
  }

  private var metadata: [UInt8] {
    var members: [(String, Value)] = [
      ("binary_format_major_version", .uint16(2)), ("binary_format_minor_version", .uint16(0)),
      ("build_epoch", .uint64(1_750_000_000)), ("database_type", .text(type)),
      ("description", .map([("en", .text("Written by a test"))])),
      ("ip_version", .uint16(ipVersion)), ("languages", .array([.text("en")])),
      ("node_count", .uint32(nodes.count)), ("record_size", .uint16(recordBits)),
    ]
    for (key, change) in changes {
      members.removeAll { $0.0 == key }
      if let change { members.append((key, change)) }
    }
    return [0xab, 0xcd, 0xef] + Array("MaxMind.com".utf8) + Self.encode(.map(members))
  }

  static func encode(_ value: Value) -> [UInt8] {
    switch value {
    case .text(let text): head(2, text.utf8.count) + Array(text.utf8)
    case .uint16(let number): head(5, 2) + integer(number, 2)
    case .uint32(let number): head(6, 4) + integer(number, 4)
    case .uint64(let number): head(9, 8) + integer(number, 8)
    case .map(let members):
      head(7, members.count) + members.flatMap { encode(.text($0.0)) + encode($0.1) }
    case .array(let members): head(11, members.count) + members.flatMap { encode($0) }
    case .raw(let bytes): bytes
    }
  }

  /// A pointer of four bytes.
  static func pointer(_ offset: Int) -> Value { .raw([0x38] + integer(offset, 4)) }

  private static func head(_ type: Int, _ size: Int) -> [UInt8] {
    let kind = type > 7 ? 0 : type
    let (low, rest): (Int, [UInt8]) =
      size < 29
      ? (size, [])
      : size < 285
        ? (29, integer(size - 29, 1))
        : size < 65_821 ? (30, integer(size - 285, 2)) : (31, integer(size - 65_821, 3))
    return [UInt8(kind << 5 | low)] + (type > 7 ? [UInt8(type - 7)] : []) + rest
  }

  private static func integer(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
