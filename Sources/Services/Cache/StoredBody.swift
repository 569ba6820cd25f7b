// The body of a stored response.

import Exchange
import Primitives
import Runtime

/// A complete body, shared by everyone who sends it. The one place that knows where a stored body
/// lies: on the heap or, if it is large and hot, in a file in memory; or in slices elsewhere.
struct StoredBody: Sendable {
  /// The body's bytes; none if it is sliced.
  let pieces: [Bytes]
  let count: Int
  /// How the body is divided, if it is not here.
  let slices: Slices?

  init(_ pieces: [Bytes]) {
    self.pieces = pieces
    count = pieces.reduce(0) { $0 + $1.count }
    slices = nil
  }

  init(_ slices: Slices) {
    pieces = []
    count = slices.count
    self.slices = slices
  }

  /// Memory that the body keeps alive, in bytes.
  var retainedBytes: Int { pieces.reduce(0) { $0 + $1.retainedBytes + 64 } }

  /// Whether it lies in a segment of the disk, for one answer and for the kernel only.
  var isLent: Bool { pieces.count == 1 && pieces[0].loan != nil }

  /// Whether the kernel can send it without copying.
  var isInFile: Bool { pieces.count == 1 && pieces[0].file >= 0 }

  /// The same body in a file in memory; nil if there is no room for one. Copies all of it.
  func inFile() -> StoredBody? {
    guard let file = MemoryFile() else { return nil }
    for piece in pieces {
      guard piece.withSpan({ file.append($0) }) else { return nil }
    }
    return file.bytes().map { StoredBody([$0]) }
  }

  /// The whole body for a response; not of a sliced one.
  @inline(__always)
  var whole: ResponseBody {
    switch pieces.count {
    case 0: .none
    case 1: .bytes(pieces[0])
    default: .chunks(pieces)
    }
  }

  /// The part in `range` for a response.
  func part(_ range: Range<Int>) -> ResponseBody {
    var parts: [Bytes] = []
    appendParts(range, to: &parts)
    return parts.count == 1 ? .bytes(parts[0]) : .chunks(parts)
  }

  /// Appends the pieces of the part in `range`; not of a sliced body.
  func appendParts(_ range: Range<Int>, to parts: inout [Bytes]) {
    precondition(slices == nil)
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    var start = 0
    for piece in pieces {
      let overlap = range.clamped(to: start..<start + piece.count)
      if !overlap.isEmpty {
        parts.append(piece.slice(overlap.lowerBound - start..<overlap.upperBound - start))
      }
      start += piece.count
    }
  }
}
