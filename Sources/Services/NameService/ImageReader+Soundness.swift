// Whether bytes are an image at all.

import DNS
import Primitives

extension ImageReader {
  /// Whether `bytes` have this format and their parts lie within them. What is in the parts the
  /// compiler made, and the store's checksums guard.
  static func isSound(_ bytes: Span<UInt8>) -> Bool {
    typealias Header = ZoneImage.Header
    guard bytes.count >= Header.length, bytes[Header.format] == ZoneImage.format else {
      return false
    }
    let apexLength = Int(bytes[Header.apexLength])
    let slots = Int(bytes.littleEndian32(at: Header.slots))
    let slotsStart = Int(bytes.littleEndian32(at: Header.slotsStart))
    let nodes = Int(bytes.littleEndian32(at: Header.nodes))
    let nodesStart = Int(bytes.littleEndian32(at: Header.nodesStart))
    let soa = Int(bytes.littleEndian32(at: Header.soa))
    return apexLength > 0 && slotsStart >= Header.length + apexLength
      && slots > nodes && slots & (slots - 1) == 0 && nodes > 0
      && slotsStart + slots * 4 <= nodesStart
      && nodesStart + nodes * ZoneImage.Node.length <= bytes.count
      && soa + ZoneImage.Set.length + 24 <= bytes.count
  }
}
