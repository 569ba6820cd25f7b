// Bodies of HTTP/1.1 out of the bytes of a connection.

import Primitives

/// Finds the content in the bytes that follow a head, and its end (RFC 9112 sections 6.2 to 8).
///
/// It takes every byte it is given until the body is complete: the caller keeps nothing back.
package struct HTTP1BodyDecoder: Sendable {
  /// What one call found.
  package struct Step: Equatable, Sendable {
    /// Bytes of the input that are done with.
    package var consumed: Int
    /// Where content lies in the input; empty if there was none.
    package var content: Range<Int>
    /// Whether the body is over. What follows `consumed` belongs to the next message.
    package var isComplete: Bool
  }

  /// Fields that came after a chunked body, complete when the body is.
  package private(set) var trailers = FieldBlock()

  private var state: State
  private var chunks: HTTP1ChunkHeadReader
  private let limits: HTTP1Limits
  private var section: [UInt8] = []
  private var lines = HTTP1LineScanner()

  package init(_ body: HTTP1MessageFraming.Body, limits: HTTP1Limits = HTTP1Limits()) {
    self.limits = limits
    chunks = HTTP1ChunkHeadReader(limits: limits)
    switch body {
    case .none: state = .complete
    case .length(let length): state = length == 0 ? .complete : .length(length)
    case .chunked: state = .chunkHead
    case .untilClose: state = .untilClose
    }
  }

  /// What is expected next.
  private enum State: Equatable {
    case length(UInt64)
    case untilClose
    case chunkHead
    case chunkContent(UInt64)
    /// CR and LF behind a chunk's content.
    case chunkCarriageReturn, chunkLineFeed
    case trailers
    case complete
  }

  package var isComplete: Bool { state == .complete }

  /// The bytes that are certain to be still content: of a Content-Length, or of the open chunk.
  package var remainingBytes: UInt64? {
    switch state {
    case .length(let rest), .chunkContent(let rest): rest
    case .complete: 0
    default: nil
    }
  }

  /// Reads up to the end of the first run of content, or to the end of `input`. Call again with
  /// the rest until all is consumed or the body is complete.
  package mutating func decode(_ input: Span<UInt8>) throws(HTTPParseError) -> Step {
    var index = 0
    while index < input.count, state != .complete {
      switch state {
      case .untilClose:
        return Step(consumed: input.count, content: 0..<input.count, isComplete: false)
      case .length(let rest), .chunkContent(let rest):
        return take(rest, from: index, of: input.count)
      case .chunkHead:
        if let size = try chunks.read(input[index]) {
          state = size == 0 ? .trailers : .chunkContent(size)
        }
        index += 1
      case .chunkCarriageReturn:
        guard input[index] == 0x0d else { throw .invalidChunkEnd }
        state = .chunkLineFeed
        index += 1
      case .chunkLineFeed:
        guard input[index] == 0x0a else { throw .invalidChunkEnd }
        state = .chunkHead
        index += 1
      case .trailers:
        index += try readTrailers(input.extracting(index..<input.count))
      case .complete: break
      }
    }
    return Step(consumed: index, content: index..<index, isComplete: isComplete)
  }

  /// The connection has ended: throws if the body was not complete (RFC 9112 section 8).
  package mutating func finish() throws(HTTPParseError) {
    switch state {
    case .complete: break
    case .untilClose: state = .complete
    default: throw .truncatedBody
    }
  }

  private mutating func take(_ rest: UInt64, from index: Int, of count: Int) -> Step {
    let length = Int(min(rest, UInt64(count - index)))
    let left = rest - UInt64(length)
    if case .length = state {
      state = left == 0 ? .complete : .length(left)
    } else {
      state = left == 0 ? .chunkCarriageReturn : .chunkContent(left)
    }
    return Step(
      consumed: index + length, content: index..<(index + length), isComplete: isComplete)
  }

  /// Collects the trailer section (RFC 9112 section 7.1.2) and returns how much of `input` it
  /// took. Field lines are kept back until they are complete.
  private mutating func readTrailers(_ input: Span<UInt8>) throws(HTTPParseError) -> Int {
    let before = section.count
    let room = limits.trailerSectionBytes + 2 - before
    section.append(input.extracting(0..<min(input.count, room)))
    let taken = section.count - before
    while let line = try nextTrailerLine() {
      if line.isEmpty {
        state = .complete
        // What follows the empty line is the next message's.
        let used = lines.lineStart - before
        section = []
        return used
      }
      try readTrailer(line)
    }
    return taken
  }

  private mutating func nextTrailerLine() throws(HTTPParseError) -> Range<Int>? {
    let bytes = section
    return try lines.next(
      in: bytes.span, limit: limits.trailerSectionBytes, tooLong: .fieldSectionTooLarge)
  }

  /// Framing and routing fields in a trailer are an attack and refused; others that RFC 9110
  /// section 6.5.1 keeps out of trailers are dropped.
  private mutating func readTrailer(_ line: Range<Int>) throws(HTTPParseError) {
    let bytes = section
    let span = bytes.span
    let field = try HTTP1FieldLine(span, line, FieldNameIndex.shared)
    switch field.name.trailerRule {
    case .refused: throw .forbiddenTrailer
    case .dropped: return
    case .allowed: break
    }
    if trailers.count >= limits.trailerFieldCount { throw .tooManyFields }
    trailers.append(
      known: field.name, name: span.extracting(field.nameRange),
      value: span.extracting(field.valueRange))
  }
}
