// A body made compact before it is stored.

import Primitives
import Runtime

extension StoredBody {
  /// The body of `pieces`: small ones in one piece, and no piece keeps much memory alive that is
  /// not its own. Gives other lanes their turn between large copies.
  static func compact(_ pieces: [Bytes], yielding parker: Parker) async -> StoredBody {
    let count = pieces.reduce(0) { $0 + $1.count }
    if pieces.count > 1, count <= CacheLimits.onePieceBytes {
      let storage = ByteStorage(capacity: count)
      for piece in pieces { _ = piece.withSpan { storage.append($0) } }
      return StoredBody([Bytes(storage, offset: 0, count: count)])
    }
    var compact: [Bytes] = []
    var copied = 0
    for piece in pieces {
      guard piece.retainedBytes > piece.count + piece.count / 4 + 64 else {
        compact.append(piece)
        continue
      }
      compact.append(piece.withSpan { Bytes(copying: $0) })
      copied += piece.count
      if copied >= CacheLimits.copyBytesPerTurn {
        copied = 0
        await parker.yield()
      }
    }
    return StoredBody(compact)
  }
}
