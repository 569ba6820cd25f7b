// Records one after the other, as transfers send them.

package import DNS
import Primitives

/// Record sets, or parts of them, in one block of bytes: owner, type, TTL and a run of contents each.
/// What the store keeps of differences is in this form, too.
package struct RecordList: Sendable, Equatable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// The list that `bytes` hold; nil if they hold none.
  package init?(checking bytes: [UInt8]) {
    self.bytes = bytes
    var place = 0
    while place < bytes.count {
      guard let entry = entry(at: place), Self.isSound(bytes.span, entry) else { return nil }
      place = entry.end
    }
  }

  package var isEmpty: Bool { bytes.isEmpty }

  /// Where one entry has its parts.
  package struct Entry {
    package let type: RecordType
    package let ttl: UInt32
    package let owner: Range<Int>
    package let contents: Range<Int>
    package var end: Int { contents.upperBound }
  }

  private static let headBytes = 12

  /// Appends a set, or a part of one; `contents` is a run of contents, each behind its length.
  package mutating func append(
    owner: Span<UInt8>, type: RecordType, ttl: UInt32, contents: Span<UInt8>
  ) {
    bytes.appendUInt16(UInt16(truncatingIfNeeded: owner.count))
    bytes.appendUInt16(type.rawValue)
    bytes.appendUInt32(ttl)
    bytes.appendUInt32(UInt32(truncatingIfNeeded: contents.count))
    bytes.append(owner)
    bytes.append(contents)
  }

  /// Appends all of another list.
  package mutating func append(_ other: RecordList) { bytes += other.bytes }

  /// Forgets all entries, and keeps the memory.
  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// The entry at `place`; nil at the end, or where the bytes break off.
  package func entry(at place: Int) -> Entry? {
    let span = bytes.span
    guard place + Self.headBytes <= span.count else { return nil }
    let owner = place + Self.headBytes
    let contents = owner + Int(span.uint16(at: place))
    let end = contents + Int(span.uint32(at: place + 8))
    guard end <= span.count else { return nil }
    return Entry(
      type: RecordType(rawValue: span.uint16(at: place + 2)), ttl: span.uint32(at: place + 4),
      owner: owner..<contents, contents: contents..<end)
  }

  private static func isSound(_ bytes: Span<UInt8>, _ entry: Entry) -> Bool {
    var name = CanonicalName()
    do throws(DNSError) {
      guard try name.read(bytes.extracting(entry.owner), at: 0) == entry.owner.count else {
        return false
      }
    } catch { return false }
    var place = entry.contents.lowerBound
    while place < entry.end {
      guard place + 2 <= entry.end else { return false }
      let end = place + 2 + Int(bytes.uint16(at: place))
      guard end <= entry.end, RDATA.isValid(entry.type, bytes.extracting((place + 2)..<end))
      else { return false }
      place = end
    }
    return true
  }
}
