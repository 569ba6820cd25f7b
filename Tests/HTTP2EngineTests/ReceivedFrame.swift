// What the engine sent, as frames.

/// A frame of the engine's output.
struct ReceivedFrame {
  let type: UInt8
  let flags: UInt8
  let stream: UInt32
  let payload: [UInt8]

  /// The error code of RST_STREAM or GOAWAY.
  var code: UInt32 {
    let start = type == 7 ? 4 : 0
    guard payload.count >= start + 4 else { return .max }
    return payload[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Splits whole frames.
  static func all(in bytes: [UInt8]) -> [ReceivedFrame] {
    var frames: [ReceivedFrame] = []
    var position = 0
    while position + 9 <= bytes.count {
      let length = bytes[position..<position + 3].reduce(0) { $0 << 8 | Int($1) }
      let stream = bytes[position + 5..<position + 9].reduce(0) { $0 << 8 | UInt32($1) }
      let end = min(position + 9 + length, bytes.count)
      frames.append(
        ReceivedFrame(
          type: bytes[position + 3], flags: bytes[position + 4], stream: stream,
          payload: Array(bytes[position + 9..<end])))
      position += 9 + length
    }
    return frames
  }
}
