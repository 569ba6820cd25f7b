// Zone files read whole or in pieces, for tests and fuzz targets.

import DNS
import Primitives

/// The records and faults of a zone file that comes in pieces of `size` bytes.
func parseZone(
  _ text: [UInt8], origin: DomainName = .root, size: Int = .max, ttl: UInt32? = nil,
  limits: ZoneFileLimits = ZoneFileLimits()
) -> (records: [ZoneRecord], faults: [ZoneFileFault]) {
  var parser = ZoneFileParser(origin: origin, defaultTTL: ttl, limits: limits)
  var records: [ZoneRecord] = []
  var start = 0
  while start < text.count {
    let end = start + min(size, text.count - start)
    parser.parse(text.span.extracting(start..<end)) { records.append($0) }
    start = end
  }
  parser.finish { records.append($0) }
  return (records, parser.faults)
}
