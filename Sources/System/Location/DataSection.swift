// The values in a database, as far as it takes to see that they hold together.

/// A run of values in MaxMind DB format 2.0: the data of a database, or its metadata.
struct DataSection {
  let bytes: [UInt8]
  /// Where it lies in `bytes`; offsets count from its beginning.
  let range: Range<Int>

  /// A value without what it holds.
  struct Value: Equatable {
    let kind: Kind
    /// The byte after it; of a map or an array the byte after its beginning.
    let end: Int
    /// The bytes of its content: none of a map, an array, a pointer or a truth value.
    let content: Range<Int>
    /// The members of a map or an array, or where a pointer leads.
    let number: Int
  }

  /// Types of values, by the format's numbers.
  enum Kind: Int {
    case pointer = 1
    case text, double, bytes, uint16, uint32, map, int32, uint64, uint128, array
    case flag = 14
    case float = 15

    /// The lengths that its content may have.
    var lengths: ClosedRange<Int> {
      switch self {
      case .double: 8...8
      case .float: 4...4
      case .uint16: 0...2
      case .uint32, .int32: 0...4
      case .uint64: 0...8
      case .uint128: 0...16
      case .text, .bytes: 0...Int.max
      case .pointer, .map, .array, .flag: 0...0
      }
    }
  }

  /// The value that begins at `offset`.
  func value(at offset: Int) throws(LocationError) -> Value {
    var end = offset
    let control = try byte(&end)
    var type = control >> 5
    if type == 0 { type = 7 + (try byte(&end)) }
    guard let kind = Kind(rawValue: type) else {
      throw damage(offset, "there is no value of the type \(type)")
    }
    if kind == .pointer {
      let target = try pointer(control, &end)
      guard target < range.count else { throw damage(offset, "a pointer leads out of the data") }
      return Value(kind: kind, end: end, content: end..<end, number: target)
    }
    let size = try size(control, &end)
    if kind == .map || kind == .array || kind == .flag {
      return Value(kind: kind, end: end, content: end..<end, number: size)
    }
    guard kind.lengths.contains(size) else {
      throw damage(offset, "a value of the type \(type) has \(size) bytes")
    }
    guard size <= range.count - end else { throw damage(offset, "a value ends behind the data") }
    return Value(kind: kind, end: end + size, content: end..<end + size, number: 0)
  }

  /// The value at `offset`, or the one that a pointer there leads to.
  func target(at offset: Int) throws(LocationError) -> Value {
    let value = try value(at: offset)
    guard value.kind == .pointer else { return value }
    let target = try self.value(at: value.number)
    guard target.kind != .pointer else {
      throw damage(offset, "a pointer leads to another pointer")
    }
    return target
  }

  /// A fault at `offset`.
  func damage(_ offset: Int, _ reason: String) -> LocationError {
    .damaged(at: range.lowerBound + offset, reason)
  }

  /// The number in the content of a value, most significant byte first, of up to eight bytes.
  func number(_ value: Value) -> UInt64 {
    value.content.reduce(0) { $0 << 8 | UInt64(bytes[range.lowerBound + $1]) }
  }

  /// Whether the content of a value is that text.
  func equals(_ value: Value, _ text: StaticString) -> Bool {
    guard value.kind == .text, value.content.count == text.utf8CodeUnitCount else { return false }
    let start = range.lowerBound + value.content.lowerBound
    return String(decoding: bytes[start..<start + value.content.count], as: UTF8.self)
      == text.description
  }

  private func byte(_ offset: inout Int) throws(LocationError) -> Int {
    guard offset < range.count else { throw damage(offset, "the data end within a value") }
    defer { offset += 1 }
    return Int(bytes[range.lowerBound + offset])
  }

  private func integer(_ count: Int, _ offset: inout Int) throws(LocationError) -> Int {
    var number = 0
    for _ in 0..<count { number = number << 8 | (try byte(&offset)) }
    return number
  }

  private func size(_ control: Int, _ offset: inout Int) throws(LocationError) -> Int {
    switch control & 31 {
    case 29: 29 + (try integer(1, &offset))
    case 30: 285 + (try integer(2, &offset))
    case 31: 65_821 + (try integer(3, &offset))
    case let size: size
    }
  }

  private func pointer(_ control: Int, _ offset: inout Int) throws(LocationError) -> Int {
    let high = control & 7
    switch control >> 3 & 3 {
    case 0: return high << 8 | (try integer(1, &offset))
    case 1: return 2048 + (high << 16 | (try integer(2, &offset)))
    case 2: return 526_336 + (high << 24 | (try integer(3, &offset)))
    default: return try integer(4, &offset)
    }
  }
}
