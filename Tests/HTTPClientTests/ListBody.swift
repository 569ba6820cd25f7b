// Bodies for tests.

import Exchange
import HTTP
import Primitives
import Runtime

/// A body of given pieces, then its end, a failure, or silence.
final class ListBody: BodySource, @unchecked Sendable {
  // Confined to the client's loop.
  enum Ending: Sendable { case end, failure, silence }

  private var pieces: [Bytes]
  private let ending: Ending
  private(set) var isAbandoned = false
  private(set) var trailers: FieldBlock?
  private var reader: Parker?

  init(_ pieces: [String], ending: Ending = .end, trailers: FieldBlock? = nil) {
    self.pieces = pieces.map { Bytes(Array($0.utf8)) }
    self.ending = ending
    self.trailers = trailers
  }

  init(repeating byte: UInt8, count: Int, pieceBytes: Int) {
    let piece = Bytes(Array(repeating: byte, count: pieceBytes))
    pieces = Array(repeating: piece, count: count / pieceBytes)
    ending = .end
  }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while true {
      if !pieces.isEmpty { return pieces.removeFirst() }
      switch ending {
      case .end: return nil
      case .failure: throw Failure(.clientAborted, "the client went away")
      case .silence:
        if parker.isCancelled { throw Failure(.clientAborted) }
        _ = await parker.park()
      }
    }
  }

  func abandon() { isAbandoned = true }
}

extension BodySource {
  /// Reads to the end; the text.
  func text(_ parker: Parker) async throws(Failure) -> String {
    var all: [UInt8] = []
    while let piece = try await next(parker) { all.append(piece) }
    return String(decoding: all, as: UTF8.self)
  }
}

extension FetchedResponse {
  /// The whole body as text.
  func text(_ parker: Parker) async throws(Failure) -> String {
    switch body {
    case .none: return ""
    case .bytes(let bytes): return String(decoding: bytes.array(), as: UTF8.self)
    case .chunks(let chunks):
      return String(decoding: chunks.flatMap { $0.array() }, as: UTF8.self)
    case .stream(let source): return try await source.text(parker)
    }
  }
}
