// Queries and responses of tests, as plain as they can be.

import DNS

/// Writes queries and reads responses, without the room's own code for either.
enum Messages {
  static func wire(_ name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for label in name.split(separator: ".") {
      bytes.append(UInt8(label.utf8.count))
      bytes.append(contentsOf: label.utf8)
    }
    return bytes + [0]
  }

  static func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

  /// A query with the OPT record `opt` (from its TTL's four bytes on), if there is one.
  static func query(
    _ name: String, _ type: RecordType, id: Int = 0x1234, flags: Int = 0, payload: Int? = nil,
    ttl: [UInt8] = [0, 0, 0, 0], options: [UInt8] = []
  ) -> [UInt8] {
    var bytes = word(id) + word(flags) + word(1) + word(0) + word(0) + word(payload == nil ? 0 : 1)
    bytes += wire(name) + word(Int(type.rawValue)) + word(1)
    guard let payload else { return bytes }
    return bytes + [0] + word(41) + word(payload) + ttl + word(options.count) + options
  }

  /// One record of a response.
  struct Record {
    let owner: String
    let type: RecordType
    let ttl: UInt32
    /// Names in it written out.
    let content: [UInt8]
    let recordClass: Int
  }

  struct Response {
    var id = 0
    var flags = 0
    var question: [UInt8] = []
    var sections: [[Record]] = [[], [], []]
    var opt: Record?

    var code: Int { flags & 15 | Int((opt?.ttl ?? 0) >> 24) << 4 }
    var isTruncated: Bool { flags & 0x0200 != 0 }
    var isAuthoritative: Bool { flags & 0x0400 != 0 }
  }

  /// Reads a response; nil if it is malformed in any way.
  static func read(_ bytes: [UInt8]) -> Response? {
    guard bytes.count >= 12 else { return nil }
    func word(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }
    var response = Response(id: word(0), flags: word(2))
    var index = 12
    if word(4) == 1 {
      guard let (_, end) = name(bytes, index), end + 4 <= bytes.count else { return nil }
      response.question = Array(bytes[12..<(end + 4)])
      index = end + 4
    }
    for section in 0..<3 {
      for _ in 0..<word(6 + 2 * section) {
        guard let (owner, end) = name(bytes, index), end + 10 <= bytes.count else { return nil }
        let content = end + 10
        let length = word(end + 8)
        guard content + length <= bytes.count else { return nil }
        let type = RecordType(rawValue: UInt16(word(end)))
        guard let full = expand(bytes, content..<(content + length), type) else { return nil }
        let record = Record(
          owner: owner, type: type, ttl: UInt32(word(end + 4)) << 16 | UInt32(word(end + 6)),
          content: full, recordClass: word(end + 2))
        if type == .opt { response.opt = record } else { response.sections[section].append(record) }
        index = content + length
      }
    }
    return index == bytes.count ? response : nil
  }

  /// The name at `start` as text in lower case, and where it ends.
  static func name(_ bytes: [UInt8], _ start: Int) -> (String, Int)? {
    var labels: [String] = []
    var index = start
    var end: Int?
    for _ in 0..<200 {
      guard index < bytes.count else { return nil }
      let length = Int(bytes[index])
      if length == 0 { return (labels.joined(separator: "."), end ?? index + 1) }
      if length >= 192 {
        guard index + 1 < bytes.count else { return nil }
        end = end ?? index + 2
        index = (length & 63) << 8 | Int(bytes[index + 1])
        continue
      }
      guard index + 1 + length <= bytes.count else { return nil }
      labels.append(
        String(decoding: bytes[(index + 1)..<(index + 1 + length)], as: UTF8.self).lowercased())
      index += 1 + length
    }
    return nil
  }

  private static func expand(
    _ bytes: [UInt8], _ range: Range<Int>, _ type: RecordType
  ) -> [UInt8]? {
    let layout: (skip: Int, names: Int)
    switch type {
    case .ns, .cname, .ptr: layout = (0, 1)
    case .mx: layout = (2, 1)
    case .soa: layout = (0, 2)
    default: return Array(bytes[range])
    }
    var result = Array(bytes[range.lowerBound..<(range.lowerBound + layout.skip)])
    var index = range.lowerBound + layout.skip
    for _ in 0..<layout.names {
      guard let (text, end) = name(bytes, index) else { return nil }
      result += wire(text)
      index = end
    }
    guard index <= range.upperBound else { return nil }
    return result + bytes[index..<range.upperBound]
  }
}
