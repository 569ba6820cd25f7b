// A line of the journal of a zone's records.

import DNS
import NameService
import Primitives

/// One line of a zone's journal: what changed from one serial number to the next.
struct JournalLine {
  let from: SerialNumber
  let to: SerialNumber
  let differences: RecordList

  init(from: SerialNumber, to: SerialNumber, differences: RecordList) {
    self.from = from
    self.to = to
    self.differences = differences
  }

  /// Nil if `bytes` hold none.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= 16 else { return nil }
    from = SerialNumber(UInt32(truncatingIfNeeded: ZoneKeys.number(bytes)))
    to = SerialNumber(UInt32(truncatingIfNeeded: ZoneKeys.number(bytes, at: 8)))
    var rest: [UInt8] = []
    rest.append(bytes.extracting(16..<bytes.count))
    guard let list = RecordList(checking: rest) else { return nil }
    differences = list
  }

  var bytes: [UInt8] {
    ZoneKeys.key(UInt64(from.value)) + ZoneKeys.key(UInt64(to.value)) + differences.bytes
  }
}
