// What a fuzzed origin sends over HTTP/2: frames out of fuzz input, and what they amount to.

/// The bytes of an origin, and what the response on each stream is if all of them are taken.
struct FuzzOriginFrames {
  /// All that the origin sends.
  let bytes: [UInt8]
  /// Content of each stream up to its END_STREAM, in bytes.
  private(set) var contentBytes: [Int32: Int] = [:]
  /// Streams that the origin has ended.
  private(set) var ended: Set<Int32> = []

  /// The last two bits of the first byte choose: bytes as they come, bytes after SETTINGS, or frames.
  /// The second byte is for whoever sends them.
  init(_ input: [UInt8]) {
    let body = Array(input.dropFirst(2))
    let hello: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    bytes =
      switch (input.first ?? 0) & 3 {
      case 0: body
      case 1: hello + body
      default: hello + Self.frames(of: body)
      }
    sum()
  }

  /// Header blocks begin with one of these (RFC 7541 appendix A), chosen by three bits of the type:
  /// nothing, 200, 103, 200 with a length of 5, 304, 100, 204, a field for trailers.
  private static let beginnings: [[UInt8]] = [
    [], [0x88], [0x08, 3, 0x31, 0x30, 0x33], [0x88, 0x0f, 0x0d, 1, 0x35], [0x8b],
    [0x08, 3, 0x31, 0x30, 0x30], [0x89], [0x40, 3, 0x78, 0x2d, 0x61, 1, 0x62],
  ]

  /// Frames out of bytes: four each for type, flags, stream and length, then the payload. A length
  /// of 240 or more stands for as many KiB beyond 239, which are not in the input.
  private static func frames(of body: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position + 4 <= body.count {
      let head = body[position..<position + 4].map(Int.init)
      position += 4
      let type = UInt8(head[0] & 31) % 12
      var payload = type == 1 ? beginnings[head[0] >> 5] : []
      if head[3] >= 240 {
        payload += Array(repeating: 65, count: min((head[3] - 239) << 10, 16_384 - payload.count))
      } else {
        let end = min(position + head[3], body.count)
        payload += body[position..<end]
        position = end
      }
      if let length = [3: 4, 6: 8, 8: 4][type] {
        payload = Array((payload + Array(repeating: 0, count: length)).prefix(length))
      }
      let stream = UInt8(head[2] < 128 ? head[2] & 7 << 1 | 1 : head[2] & 15)
      result += [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, UInt8(head[1])]
      result += [0, 0, 0, stream]
      result += payload
    }
    return result
  }

  private mutating func sum() {
    var position = 0
    while position + 9 <= bytes.count {
      let head = bytes[position..<position + 9].map(Int.init)
      let length = head[0] << 16 | head[1] << 8 | head[2]
      let stream = Int32((head[5] & 127) << 24 | head[6] << 16 | head[7] << 8 | head[8])
      position += 9
      guard position + length <= bytes.count else { return }
      if head[3] <= 1, !ended.contains(stream) {
        if head[3] == 0 {
          let padding = head[4] & 8 != 0 && length > 0 ? 1 + Int(bytes[position]) : 0
          contentBytes[stream, default: 0] += length - padding
        }
        if head[4] & 1 != 0 { ended.insert(stream) }
      }
      position += length
    }
  }
}
