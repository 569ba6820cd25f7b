// Whether bytes are an image at all.

import DNS
import Primitives

extension ImageReader {
  /// Whether `bytes` have this format, and everything in them leads to where it should: a query of
  /// an image that is sound reads nothing else, whoever wrote it. Takes time in proportion to the
  /// image: not for loops.
  static func isSound(_ bytes: Span<UInt8>) -> Bool {
    guard hasSoundHeader(bytes) else { return false }
    let reader = ImageReader(bytes)
    guard reader.hasSoundApex, reader.hasSoundSlots else { return false }
    // Bytes of each node's name.
    var lengths: [UInt16] = []
    lengths.reserveCapacity(reader.nodeCount)
    // No two sets or rules share a byte, so that there are no more than this; checking each once is enough.
    var sets = bytes.count / Layout.Set.length
    for node in 0..<reader.nodeCount {
      guard let length = reader.lengthOfName(node, lengths) else { return false }
      lengths.append(UInt16(length))
      guard reader.hasSoundSets(node, &sets) else { return false }
    }
    return reader.hasSoundSOA
  }

  private static func hasSoundHeader(_ bytes: Span<UInt8>) -> Bool {
    typealias Header = ZoneImage.Header
    guard bytes.count >= Header.length, hasSoundFormat(bytes) else { return false }
    let apexLength = Int(bytes[Header.apexLength])
    let slots = Int(bytes.littleEndian32(at: Header.slots))
    let slotsStart = Int(bytes.littleEndian32(at: Header.slotsStart))
    let nodes = Int(bytes.littleEndian32(at: Header.nodes))
    let nodesStart = Int(bytes.littleEndian32(at: Header.nodesStart))
    return apexLength > 0 && slotsStart >= Header.length + apexLength
      && slots > nodes && slots & (slots - 1) == 0 && nodes > 0
      && slotsStart + slots * 4 <= nodesStart
      && nodesStart + nodes * ZoneImage.Node.length <= bytes.count
  }

  /// Whether the format is known, and the flags are some that it has.
  private static func hasSoundFormat(_ bytes: Span<UInt8>) -> Bool {
    let flags = bytes[ZoneImage.Header.flags]
    switch bytes[ZoneImage.Header.format] {
    case ZoneImage.plainFormat: return flags & ~3 == 0
    case ZoneImage.ruledFormat: return flags & ~31 == 0 && flags & 4 != 0
    case ZoneImage.checkedFormat: return flags & ~63 == 0 && flags & 36 == 36
    default: return false
    }
  }

  private var hasSoundApex: Bool {
    var name = CanonicalName()
    return Self.isName(apex, &name) && name.labelCount == apexLabels && name.span.equals(apex)
  }

  private static func isName(_ bytes: Span<UInt8>, _ name: inout CanonicalName) -> Bool {
    do throws(DNSError) { return try name.read(bytes, at: 0) == bytes.count } catch { return false }
  }

  private var hasSoundSlots: Bool {
    let start = Int(bytes.littleEndian32(at: Layout.Header.slotsStart))
    for slot in 0..<Int(bytes.littleEndian32(at: Layout.Header.slots)) {
      let node = bytes.littleEndian32(at: start + slot * 4)
      guard node == Layout.none || node < nodeCount else { return false }
    }
    return true
  }

  /// Bytes of the name of `node`, whose parent comes before it; nil if the node is unsound. `lengths`
  /// are those of the nodes before.
  private func lengthOfName(_ node: Int, _ lengths: [UInt16]) -> Int? {
    let place = nodePlace(node)
    let label = Int(bytes.littleEndian32(at: place + Layout.Node.label))
    guard label < bytes.count else { return nil }
    let length = Int(bytes[label])
    let child = bytes.littleEndian32(at: place + Layout.Node.wildcard)
    guard label + 1 + length <= bytes.count, child == Layout.none || child < nodeCount else {
      return nil
    }
    guard node > 0 else { return length == 0 ? apex.count : nil }
    let parent = parent(of: node)
    guard parent < node, length > 0, length <= DNSLimits.labelBytes else { return nil }
    let whole = Int(lengths[parent]) + 1 + length
    return whole <= DNSLimits.nameBytes ? whole : nil
  }

  private func hasSoundSets(_ node: Int, _ sets: inout Int) -> Bool {
    var offset = firstSet(of: node)
    sets -= setCount(of: node) + ruleCount(of: node)
    let hasRules = bytes[Layout.Header.format] != Layout.plainFormat
    guard sets >= 0, hasRules || ruleCount(of: node) == 0 else { return false }
    for _ in 0..<setCount(of: node) {
      guard offset + Layout.Set.length <= bytes.count else { return false }
      let set = recordSet(at: offset)
      guard set.contents.count >= 2, set.end <= bytes.count,
        hasSoundContents(set.type, set.contents),
        hasSoundGlue(set)
      else { return false }
      offset = set.end
    }
    return hasSoundRules(node, from: offset)
  }

  /// Whether `contents` are a run of contents of `type`.
  func hasSoundContents(_ type: RecordType, _ contents: Range<Int>) -> Bool {
    var place = contents.lowerBound
    while place < contents.upperBound {
      guard place + 2 <= contents.upperBound else { return false }
      let end = place + 2 + Int(bytes[place]) << 8 + Int(bytes[place + 1])
      guard end <= contents.upperBound,
        RDATA.isValid(type, bytes.extracting((place + 2)..<end))
      else { return false }
      place = end
    }
    return true
  }

  private func hasSoundGlue(_ set: RecordSet) -> Bool {
    var name = CanonicalName()
    for index in 0..<set.glueCount {
      let place = Int(bytes.littleEndian32(at: set.contents.upperBound + index * 8 + 4))
      guard glueNode(index, of: set) < nodeCount, place >= 2, place <= bytes.count,
        place + Int(bytes[place - 2]) << 8 + Int(bytes[place - 1]) <= bytes.count,
        Self.isName(glueName(index, of: set), &name)
      else { return false }
    }
    return true
  }

  private var hasSoundSOA: Bool {
    guard let set = records(.soa, of: 0) else { return false }
    return set.offset == Int(bytes.littleEndian32(at: Layout.Header.soa))
  }
}
