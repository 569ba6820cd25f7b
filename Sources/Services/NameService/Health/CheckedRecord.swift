// A record whose address is checked.

import DNS
import Primitives
import Runtime

/// One record of a zone, with what is checked for it.
package struct CheckedRecord: Sendable {
  /// Its number among the records of the zone that are checked.
  let number: Int
  /// Its name, without the last dot.
  package let owner: String
  package let target: CheckedAddress
}

extension ZoneImage {
  /// The records whose addresses are checked, in their order. Takes time in proportion to the zone if there
  /// are any: not for loops.
  package var checkedRecords: [CheckedRecord] {
    guard hasChecks else { return [] }
    var found: [CheckedRecord] = []
    let reader = ImageReader(bytes.span)
    for node in 0..<reader.nodeCount where reader.ruleCount(of: node) > 0 {
      for type in [RecordType.a, .aaaa] {
        guard let first = reader.firstChecked(type, of: node),
          let check = reader.healthCheck(type, of: node),
          let set = reader.records(type, of: node), let name = Self.name(of: node, reader)
        else { continue }
        let owner = String(name.description.dropLast(name.description.hasSuffix(".") ? 1 : 0))
        let host = check.host ?? (owner.hasPrefix("*.") ? String(owner.dropFirst(2)) : owner)
        var place = set.contents.lowerBound
        var number = first
        while place < set.contents.upperBound {
          let end = place + 2 + Int(reader.bytes.uint16(at: place))
          let address = Self.address(reader.bytes.extracting((place + 2)..<end), check.port)
          let target = CheckedAddress(address: address, check: check, host: host)
          found.append(CheckedRecord(number: number, owner: owner, target: target))
          place = end
          number += 1
        }
      }
    }
    return found
  }

  /// The address that the content of an A or AAAA record is. One of IPv6 that stands for one of IPv4 is that
  /// one: the kernel connects to it.
  private static func address(_ content: Span<UInt8>, _ port: UInt16) -> SocketAddress {
    if content.count == 4 {
      return SocketAddress(ipv4: content[0], content[1], content[2], content[3], port: port)
    }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for index in 0..<8 {
      high = high << 8 | UInt64(content[index])
      low = low << 8 | UInt64(content[index + 8])
    }
    let isMapped = high == 0 && low >> 32 == 0xffff
    return SocketAddress(family: isMapped ? .ipv4 : .ipv6, high: high, low: low, port: port)
  }
}
