// A body made of several.

import Exchange
import HTTP
import Primitives
import Runtime

/// Bytes and bodies one after the other: several parts of a body in slices. Confined to its loop.
final class PartsReader: BodySource, @unchecked Sendable {
  // Confined to the loop that reads.
  private var rest: ArraySlice<Part>

  /// What comes next.
  enum Part {
    case bytes(Bytes)
    case body(any BodySource)
  }

  init(_ parts: [Part]) { rest = parts[...] }

  var isReady: Bool {
    switch rest.first {
    case .body(let source): source.isReady
    case .bytes, nil: true
    }
  }

  var trailers: FieldBlock? { nil }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while let part = rest.first {
      switch part {
      case .bytes(let bytes):
        rest.removeFirst()
        return bytes
      case .body(let source):
        if let bytes = try await source.next(parker) { return bytes }
        if !rest.isEmpty { rest.removeFirst() }
      }
    }
    return nil
  }

  func abandon() {
    for case .body(let source) in rest { source.abandon() }
    rest = []
  }
}

extension ResponseBody {
  /// All of `parts`, in memory if they are.
  init(_ parts: [PartsReader.Part]) {
    var chunks: [Bytes] = []
    for part in parts {
      guard case .bytes(let bytes) = part else {
        self = .stream(PartsReader(parts))
        return
      }
      chunks.append(bytes)
    }
    self = .chunks(chunks)
  }

  /// As parts of another.
  var parts: [PartsReader.Part] {
    switch self {
    case .none: []
    case .bytes(let bytes): [.bytes(bytes)]
    case .chunks(let chunks): chunks.map { .bytes($0) }
    case .stream(let source): [.body(source)]
    }
  }
}
