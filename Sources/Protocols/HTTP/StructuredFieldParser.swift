// Parsing structured fields, exactly as RFC 9651 section 4.2 tells.

import Primitives

/// The parsing algorithms over one field value. Any fault refuses the whole field.
struct StructuredFieldParser {
  private let input: [UInt8]
  private var index = 0

  init(_ value: Span<UInt8>) {
    var copy: [UInt8] = []
    copy.append(value)
    input = copy
  }

  /// Spaces before the value (section 4.2). Throws for what is too long.
  mutating func begin() throws(HTTPParseError) {
    if input.count > FieldLimits.structuredBytes { throw .invalidFieldValue }
    skipSpaces()
  }

  /// Spaces, and nothing else, behind the value (section 4.2).
  mutating func end() throws(HTTPParseError) {
    skipSpaces()
    if index < input.count { throw .invalidFieldValue }
  }

  // MARK: - Containers

  /// Section 4.2.1.
  mutating func list() throws(HTTPParseError) -> [StructuredMember] {
    var members: [StructuredMember] = []
    while next != nil {
      try bound(members.count)
      members.append(try member())
      guard try another() else { break }
    }
    return members
  }

  /// Section 4.2.2.
  mutating func dictionary() throws(HTTPParseError) -> [StructuredDictionary.Member] {
    var members: [StructuredDictionary.Member] = []
    var places: [[UInt8]: Int] = [:]
    while next != nil {
      let key = try key()
      let value: StructuredMember
      if take(0x3d) {
        value = try member()
      } else {
        value = .item(StructuredItem(.boolean(true), parameters: try parameters()))
      }
      if let place = places[key] {
        members[place].value = value
      } else {
        try bound(members.count)
        places[key] = members.count
        members.append(StructuredDictionary.Member(key: key, value: value))
      }
      guard try another() else { break }
    }
    return members
  }

  /// Behind a member: false at the end, true if a comma and a further member follow.
  private mutating func another() throws(HTTPParseError) -> Bool {
    skipWhiteSpace()
    guard next != nil else { return false }
    guard take(0x2c) else { throw .invalidFieldValue }
    skipWhiteSpace()
    guard next != nil else { throw .invalidFieldValue }
    return true
  }

  /// Section 4.2.1.1.
  private mutating func member() throws(HTTPParseError) -> StructuredMember {
    guard next == 0x28 else { return .item(try item()) }
    return try innerList()
  }

  /// Section 4.2.1.2.
  private mutating func innerList() throws(HTTPParseError) -> StructuredMember {
    index += 1
    var items: [StructuredItem] = []
    while true {
      skipSpaces()
      if take(0x29) { return .innerList(items, parameters: try parameters()) }
      try bound(items.count)
      items.append(try item())
      guard next == 0x20 || next == 0x29 else { throw .invalidFieldValue }
    }
  }

  /// Section 4.2.3.
  mutating func item() throws(HTTPParseError) -> StructuredItem {
    let value = try bareItem()
    return StructuredItem(value, parameters: try parameters())
  }

  /// Section 4.2.3.2.
  private mutating func parameters() throws(HTTPParseError) -> [StructuredParameter] {
    var parameters: [StructuredParameter] = []
    while take(0x3b) {
      skipSpaces()
      let key = try key()
      let value = take(0x3d) ? try bareItem() : .boolean(true)
      if let place = parameters.firstIndex(where: { $0.key == key }) {
        parameters[place].value = value
      } else {
        // One search for each: fewer of them than members.
        try bound(parameters.count * 4)
        parameters.append(StructuredParameter(key: key, value: value))
      }
    }
    return parameters
  }

  private func bound(_ count: Int) throws(HTTPParseError) {
    if count >= FieldLimits.structuredMembers { throw .invalidFieldValue }
  }

  // MARK: - Input

  var next: UInt8? { index < input.count ? input[index] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    return true
  }

  /// The next byte; the end of the input is a fault.
  mutating func advance() throws(HTTPParseError) -> UInt8 {
    guard let byte = next else { throw .invalidFieldValue }
    index += 1
    return byte
  }

  /// The longest run of bytes of `set`, as it stands.
  mutating func run(of set: ASCIISet) -> [UInt8] {
    let start = index
    while let byte = next, set.contains(byte) { index += 1 }
    return Array(input[start..<index])
  }

  private mutating func skipSpaces() { while take(0x20) {} }

  private mutating func skipWhiteSpace() { while take(0x20) || take(0x09) {} }

  /// Section 4.2.3.3.
  private mutating func key() throws(HTTPParseError) -> [UInt8] {
    guard let first = next, first == 0x2a || first >= 0x61 && first <= 0x7a else {
      throw .invalidFieldValue
    }
    return run(of: .structuredKey)
  }
}
