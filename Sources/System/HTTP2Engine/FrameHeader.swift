// The nine bytes in front of every frame.

/// A frame header (RFC 9113 section 4.1).
struct FrameHeader {
  /// Frame types (RFC 9113 section 6, RFC 9218 section 7.1).
  enum Kind {
    case data, headers, priority, resetStream, settings, pushPromise, ping, goAway
    case windowUpdate, continuation, priorityUpdate
    case unknown

    init(code: UInt8) {
      switch code {
      case 0x0: self = .data
      case 0x1: self = .headers
      case 0x2: self = .priority
      case 0x3: self = .resetStream
      case 0x4: self = .settings
      case 0x5: self = .pushPromise
      case 0x6: self = .ping
      case 0x7: self = .goAway
      case 0x8: self = .windowUpdate
      case 0x9: self = .continuation
      case 0x10: self = .priorityUpdate
      default: self = .unknown
      }
    }
  }

  /// Flags, whose meaning depends on the type.
  struct Flags: OptionSet {
    let rawValue: UInt8
    static let endStream = Flags(rawValue: 0x1)
    static let acknowledge = Flags(rawValue: 0x1)
    static let endHeaders = Flags(rawValue: 0x4)
    static let padded = Flags(rawValue: 0x8)
  }

  /// Length of a frame header, in bytes.
  static let byteCount = 9

  let length: Int
  let type: Kind
  let flags: Flags
  let streamID: Int32

  /// Reads the first nine of `bytes`.
  init(_ bytes: borrowing InlineArray<14, UInt8>) {
    length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
    type = Kind(code: bytes[3])
    flags = Flags(rawValue: bytes[4])
    streamID = Self.identifier(bytes, at: 5)
  }

  func has(_ flag: Flags) -> Bool { flags.contains(flag) }

  /// Bytes of the payload that `FrameGuard` wants to see.
  var peekedBytes: Int {
    switch type {
    case .priority: min(length, 5)
    case .data: has(.padded) ? min(length, 1) : 0
    default: 0
    }
  }

  /// The 31 bits of a stream identifier; the first bit is reserved or means something else.
  static func identifier(_ bytes: borrowing InlineArray<14, UInt8>, at index: Int) -> Int32 {
    Int32(bytes[index] & 0x7f) << 24 | Int32(bytes[index + 1]) << 16
      | Int32(bytes[index + 2]) << 8 | Int32(bytes[index + 3])
  }
}
