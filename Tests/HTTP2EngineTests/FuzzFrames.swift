// Turns fuzz input into well-formed frame headers, so that the fuzzer gets behind them.

/// Frames out of bytes: four each for type, flags, stream and length, then the payload.
enum FuzzFrames {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  /// A sound GET, for frames that ask for it: `:method: GET`, `:scheme: https`, `:path: /`,
  /// `:authority: a`, all from the static table but the last (RFC 7541 appendix A).
  static let request: [UInt8] = [0x82, 0x87, 0x84, 0x01, 0x01, 0x61]

  /// What an input stands for, without its first two bytes: bytes as they come, bytes after a
  /// preface, or frames.
  static func bytes(of input: [UInt8]) -> [UInt8] {
    let body = Array(input.dropFirst(2))
    let hello = preface + [0, 0, 0, 4, 0, 0, 0, 0, 0]
    return switch (input.first ?? 0) % 4 {
    case 0: body
    case 1: hello + body
    default: hello + frames(of: body)
    }
  }

  private static func frames(of body: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position + 4 <= body.count {
      let type = body[position] % 18
      let length = min(Int(body[position + 3]), body.count - position - 4)
      var payload = Array(body[position + 4..<position + 4 + length])
      if body[position] & 0x80 != 0, type == 1 { payload = request + payload }
      if type == 3 || type == 8 { payload = Array((payload + [0, 0, 0, 0]).prefix(4)) }
      if type == 6 { payload = Array((payload + Array(repeating: 0, count: 8)).prefix(8)) }
      result += [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type]
      result += [body[position + 1], 0, 0, 0, body[position + 2] & 31]
      result += payload
      position += 4 + length
    }
    return result
  }
}
