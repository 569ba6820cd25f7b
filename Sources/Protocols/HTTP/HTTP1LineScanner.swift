// Finding lines in bytes that come in pieces, looking at each byte once.

/// The place in a message head up to which lines have been read.
///
/// The same bytes are given again with more behind them; what was scanned is not scanned again.
struct HTTP1LineScanner: Sendable {
  /// Where the line that is being read starts.
  private(set) var lineStart: Int
  private var scanned: Int

  init(at start: Int = 0) {
    lineStart = start
    scanned = start
  }

  /// The next line without its CRLF; nil until it is complete. A line that is not over at `limit`
  /// throws `tooLong`. CR and LF alone and other control characters are refused, though RFC 9112
  /// section 2.2 would allow LF alone: two readers that differ in it are a way to smuggle.
  @inline(__always) mutating func next(
    in input: Span<UInt8>, limit: Int, tooLong: HTTPParseError
  ) throws(HTTPParseError) -> Range<Int>? {
    assert(scanned >= lineStart && scanned <= input.count)
    let end = input.firstControl(from: scanned)
    if end > limit { throw tooLong }
    if end &+ 1 >= input.count {
      if end < input.count, input[end] != 0x0d { throw Self.fault(input[end]) }
      scanned = end
      return nil
    }
    guard input[end] == 0x0d, input[end &+ 1] == 0x0a else { throw Self.fault(input[end]) }
    let line = lineStart..<end
    lineStart = end &+ 2
    scanned = lineStart
    return line
  }

  private static func fault(_ byte: UInt8) -> HTTPParseError {
    switch byte {
    case 0x0d: .bareCarriageReturn
    case 0x0a: .bareLineFeed
    default: .controlCharacter
    }
  }
}
