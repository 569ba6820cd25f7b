// A sliced body as it is sent.

import Exchange
import HTTP
import Primitives
import Runtime

/// Reads a part of a sliced body slice by slice, from wherever each is: memory, the disk, or the
/// origin, which is asked for no more than is read.
///
/// Confined to its loop. One slice is held, and the next one may be on its way.
final class SliceReader: BodySource, @unchecked Sendable {
  // Confined to its loop.
  private let stage: CacheStage
  private let source: SliceSource
  private let slices: Slices
  /// The offset of the next byte to be read, and of the one after the last.
  private var position: Int
  private let end: Int
  /// What is left of the slice, in memory or on its way, and the offset where that begins.
  private var pieces: ArraySlice<Bytes> = []
  private var flow: (any BodySource)?
  private var offset: Int
  /// Where the slice that was opened last was to be read from.
  private var openedAt = -1
  /// Slices may be lent.
  private var lends = false

  init(_ stage: CacheStage, _ source: SliceSource, _ slices: Slices, _ range: Range<Int>) {
    self.stage = stage
    self.source = source
    self.slices = slices
    position = range.lowerBound
    end = range.upperBound
    offset = position
  }

  var isReady: Bool { position == end || !pieces.isEmpty || flow?.isReady ?? false }
  var trailers: FieldBlock? { nil }

  func allowLoans() { lends = true }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while position < end {
      guard let piece = try await nextPiece(parker) else {
        try await open(parker)
        continue
      }
      let start = offset
      offset += piece.count
      let wanted = (start..<offset).clamped(to: position..<end)
      guard !wanted.isEmpty else { continue }
      position = wanted.upperBound
      if position == end { abandon() }
      return piece.slice(wanted.lowerBound - start..<wanted.upperBound - start)
    }
    return nil
  }

  func abandon() {
    flow?.abandon()
    flow = nil
    pieces = []
  }

  private func nextPiece(_ parker: Parker) async throws(Failure) -> Bytes? {
    if let piece = pieces.popFirst() { return piece }
    guard let flow else { return nil }
    if let piece = try await flow.next(parker) { return piece }
    self.flow = nil
    return nil
  }

  /// Gets hold of the slice that has the next byte.
  private func open(_ parker: Parker) async throws(Failure) {
    guard position > openedAt else {
      throw Failure(.responseIncomplete, "a part of the response is shorter than it should be")
    }
    openedAt = position
    let index = slices.index(of: position)
    offset = slices.range(index).lowerBound
    switch try await stage.openSlice(index, of: source, slices, lends: lends, parker) {
    case .stored(let body):
      pieces = body.pieces[...]
      // The next one is likely to be in memory or lent as well; a fetch of it would keep it from being lent.
      if lends { return }
    case .flowing(let source): flow = source
    }
    let next = index + 1
    if next * slices.sliceBytes < end { stage.prefetchSlice(next, of: source, slices) }
  }
}
