// Frames written byte by byte, right and wrong ones.

/// Writes raw frames (RFC 9113 section 4) and uncompressed header blocks (RFC 7541 section 6.2).
enum FrameBuilder {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  static let hello = preface + settings([])

  static func frame(
    _ type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = [], length: Int? = nil
  ) -> [UInt8] {
    let length = length ?? payload.count
    return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
      + word(stream) + payload
  }

  static func word(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  static func settings(_ entries: [(UInt16, UInt32)], stream: UInt32 = 0) -> [UInt8] {
    frame(
      4, stream: stream,
      entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 255)] + word($0.1) })
  }

  static let settingsAcknowledgement = frame(4, flags: 1, stream: 0)

  /// A literal field without indexing, without Huffman coding.
  static func field(_ name: String, _ value: String) -> [UInt8] {
    [0] + string(name) + string(value)
  }

  static func string(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
    var rest = bytes.count - 127
    var prefix: [UInt8] = [127]
    while rest >= 128 {
      prefix.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    return prefix + [UInt8(rest)] + bytes
  }

  static func block(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { field($0.0, $0.1) }
  }

  static let requestFields = [
    (":method", "GET"), (":scheme", "https"), (":authority", "example.org"), (":path", "/"),
  ]

  static func post(_ more: [(String, String)] = []) -> [(String, String)] {
    [(":method", "POST")] + requestFields.dropFirst() + more
  }

  static func headers(
    _ stream: UInt32, _ fields: [(String, String)] = requestFields, endStream: Bool = true,
    endHeaders: Bool = true
  ) -> [UInt8] {
    frame(
      1, flags: (endStream ? 1 : 0) | (endHeaders ? 4 : 0), stream: stream, block(fields))
  }

  static func continuation(_ stream: UInt32, _ block: [UInt8], endHeaders: Bool) -> [UInt8] {
    frame(9, flags: endHeaders ? 4 : 0, stream: stream, block)
  }

  static func data(_ stream: UInt32, _ bytes: [UInt8], endStream: Bool = false) -> [UInt8] {
    frame(0, flags: endStream ? 1 : 0, stream: stream, bytes)
  }

  static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> [UInt8] {
    frame(3, stream: stream, word(code))
  }

  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
    frame(8, stream: stream, word(increment))
  }

  static func priority(_ stream: UInt32, on dependency: UInt32) -> [UInt8] {
    frame(2, stream: stream, word(dependency) + [15])
  }

  static func ping() -> [UInt8] { frame(6, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8]) }
}
