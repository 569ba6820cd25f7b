// A body in memory as a source.

import Exchange
import HTTP
import Primitives
import Runtime

/// A body whose pieces are all in memory, read one after the other. Confined to one loop.
final class HeldBody: BodySource {
  private let pieces: [Bytes]
  private var position = 0

  init(_ pieces: [Bytes]) { self.pieces = pieces }

  var trailers: FieldBlock? { nil }
  var isReady: Bool { true }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while position < pieces.count {
      position += 1
      if !pieces[position - 1].isEmpty { return pieces[position - 1] }
    }
    return nil
  }

  func abandon() { position = pieces.count }
}
