// Signatures that were made.

import Primitives
import TLS

/// Signatures by a keyed hash of what they sign, so that no change of the zone leaves a wrong one.
///
/// Sets of four places. It grows while entries give way that are good and were asked for since the zone changed last,
/// and its loop's memory allows; then newer ones take the places of others in turn. Confined to its loop.
final class SignatureCache {
  private static let ways = 4
  private static let least = 16
  static let entryBytes = 8 + 4 + SigningContext.signatureBytes

  private var hashes: [UInt64] = []
  /// The period of each, and in the lowest byte the state of the zone in which it was asked for last.
  private var marks: [UInt32] = []
  private var signatures: [UInt8] = []
  private let limit: Int
  private let memory: SignatureMemory
  private var turn = 0
  /// The state of the zone, among 256: of another one's signatures it is not known whether they sign what still is.
  private var state: UInt32 = 0
  /// When that began.
  private var changedAt: UInt32 = 0

  /// Places for signatures.
  var count: Int { hashes.count }

  /// With at most `limit` entries, a power of two.
  init(limit: Int, memory: SignatureMemory) {
    self.limit = limit
    self.memory = memory
  }

  deinit { memory.giveBack(hashes.count * Self.entryBytes) }

  /// Where the signature of what has `hash` lies in `bytes`, made in `period`; nil if it is not here.
  func find(_ hash: UInt64, period: UInt32) -> Int? {
    guard !hashes.isEmpty else { return nil }
    let first = self.first(hash)
    for place in first..<(first + Self.ways) where hashes[place] == hash {
      let mark = mark(period)
      guard marks[place] != mark else { return place * SigningContext.signatureBytes }
      guard marks[place] >> 8 == mark >> 8 else { return nil }
      marks[place] = mark
      return place * SigningContext.signatureBytes
    }
    return nil
  }

  /// The zone has other records now, at `seconds` of the wall clock. What is asked for every few seconds is known
  /// as still asked for, however often the zone changes.
  func zoneChanged(at seconds: UInt32) {
    guard seconds &- changedAt >= NameServiceLimits.signatureStateSeconds else { return }
    changedAt = seconds
    state = (state + 1) & 0xff
  }

  private func mark(_ period: UInt32) -> UInt32 { period << 8 | state }

  /// Appends the signature at `place` to `output`.
  func append(at place: Int, to output: inout [UInt8]) {
    signatures.withSpan {
      output.append($0.extracting(place..<(place + SigningContext.signatureBytes)))
    }
  }

  /// Keeps the signature that ends `bytes`.
  func insert(_ hash: UInt64, period: UInt32, from bytes: [UInt8]) {
    if hashes.isEmpty { resize(to: Self.least) }
    guard !hashes.isEmpty else { return }
    var place = self.place(for: hash, period)
    if hashes[place] != hash, isGood(place, period), isAsked(place), hashes.count < limit,
      resize(to: hashes.count * 2)
    {
      place = self.place(for: hash, period)
    }
    hashes[place] = hash
    marks[place] = mark(period)
    let signature = bytes.span.extracting(last: SigningContext.signatureBytes)
    Self.put(signature, at: place, into: &signatures)
  }

  private static func put(
    _ signature: Span<UInt8>, at place: Int, into signatures: inout [UInt8]
  ) {
    var room = signatures.mutableSpan
    room.copy(signature, at: place * SigningContext.signatureBytes)
  }

  private func first(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash) & (hashes.count - 1) & ~(Self.ways - 1)
  }

  /// Its own place, a free or outdated one, one that was not asked for since the zone changed, or the one whose turn it is.
  private func place(for hash: UInt64, _ period: UInt32) -> Int {
    let first = self.first(hash)
    var found: Int?
    var unasked: Int?
    for place in first..<(first + Self.ways) {
      if hashes[place] == hash { return place }
      if found == nil, !isGood(place, period) { found = place }
      if unasked == nil, !isAsked(place) { unasked = place }
    }
    if let found = found ?? unasked { return found }
    turn = (turn + 1) & (Self.ways - 1)
    return first + turn
  }

  /// Whether there is a signature that may still be asked for in `period`: those of others begin their
  /// periods at other times.
  private func isGood(_ place: Int, _ period: UInt32) -> Bool {
    hashes[place] != 0
      && Int32(truncatingIfNeeded: mark(period) >> 8 &- marks[place] >> 8) <= 1
  }

  /// Whether it was asked for since the zone changed.
  private func isAsked(_ place: Int) -> Bool { marks[place] & 0xff == state }

  @discardableResult private func resize(to count: Int) -> Bool {
    let held = hashes.count * Self.entryBytes
    guard memory.take((count - hashes.count) * Self.entryBytes, held: held) else { return false }
    let (oldHashes, oldMarks, oldSignatures) = (hashes, marks, signatures)
    hashes = Array(repeating: 0, count: count)
    marks = Array(repeating: 0, count: count)
    signatures = Array(repeating: 0, count: count * SigningContext.signatureBytes)
    for old in oldHashes.indices where oldHashes[old] != 0 {
      let place = self.place(for: oldHashes[old], oldMarks[old] >> 8)
      hashes[place] = oldHashes[old]
      marks[place] = oldMarks[old]
      let start = old * SigningContext.signatureBytes
      let signature = oldSignatures.span.extracting(
        start..<(start + SigningContext.signatureBytes))
      Self.put(signature, at: place, into: &signatures)
    }
    return true
  }
}
