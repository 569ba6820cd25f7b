// What a zone says of failing origins, as bytes in the store.

import Origin
import Primitives

extension ZoneRecord {
  static func write(_ page: ErrorPageConfiguration, _ record: inout RecordWriter) {
    record.write(1, page.statuses.lowerBound)
    record.write(2, page.statuses.upperBound)
    record.write(3, page.contentType)
    record.write(4, page.body)
    record.write(5, page.replacesOrigins)
  }

  /// Nil if the page is for no status.
  static func readErrorPage(_ bytes: Span<UInt8>) -> ErrorPageConfiguration? {
    var record = RecordReader(fields: bytes)
    var (first, last) = (0, 0)
    var page = ErrorPageConfiguration(statuses: 500...599, body: "")
    while let tag = record.nextTag() {
      switch tag {
      case 1: first = record.number
      case 2: last = record.number
      case 3: page.contentType = record.text
      case 4: page.body = record.text
      case 5: page.replacesOrigins = record.flag
      default: continue
      }
    }
    guard first > 0, first <= last else { return nil }
    page.statuses = first...last
    return page
  }

  static func write(_ check: OriginHealthCheck, _ record: inout RecordWriter) {
    record.write(1, check.path)
    record.write(2, check.host)
    record.write(3, OriginConfiguration.Timeouts.milliseconds(check.interval))
    record.write(4, OriginConfiguration.Timeouts.milliseconds(check.timeout))
    record.write(5, check.statuses.lowerBound)
    record.write(6, check.statuses.upperBound)
    record.write(7, check.failures)
    record.write(8, check.successes)
  }

  static func readHealthCheck(_ bytes: Span<UInt8>) -> OriginHealthCheck {
    var record = RecordReader(fields: bytes)
    var check = OriginHealthCheck()
    var (first, last) = (check.statuses.lowerBound, check.statuses.upperBound)
    while let tag = record.nextTag() {
      switch tag {
      case 1: check.path = record.text
      case 2: check.host = record.text
      case 3: check.interval = .milliseconds(record.number)
      case 4: check.timeout = .milliseconds(record.number)
      case 5: first = record.number
      case 6: last = record.number
      case 7: check.failures = record.number
      case 8: check.successes = record.number
      default: continue
      }
    }
    if first <= last { check.statuses = first...last }
    return check
  }
}
