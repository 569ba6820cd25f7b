// What must hold for contents of records, messages full of them, and zone files.

import DNS
import Primitives

/// Every record of a message that can be read has a content that holds.
func messageProperty(_ input: [UInt8]) -> String? {
  do throws(DNSError) {
    var reader = try DNSMessageReader(input.span)
    while let record = try reader.next(input.span) {
      if record.content.isEmpty, record.recordClass != .internet { continue }
      if let fault = holds(record.type, record.content) { return fault }
    }
  } catch {
    return nil
  }
  return nil
}

/// Two bytes of type, then a content.
func contentProperty(_ input: [UInt8]) -> String? {
  guard input.count > 2 else { return nil }
  let type = RecordType(rawValue: UInt16(input[0]) << 8 | UInt16(input[1]))
  let content = Array(input.dropFirst(2))
  return RDATA.isValid(type, content.span) ? holds(type, content) : nil
}

/// A valid content is read as itself, its text stands for it, and its canonical form is valid, the same
/// when it is made again, and not longer.
private func holds(_ type: RecordType, _ content: [UInt8]) -> String? {
  // Types that stand in queries only have no text.
  guard !type.isMeta, type.rawValue != 0 else { return nil }
  guard RDATA.isValid(type, content.span) else { return "\(type) is not valid: \(content)" }
  var text: [UInt8] = []
  RDATA.appendText(type, content.span, to: &text)
  do throws(ZoneFileFault) {
    let again = try RDATA.parse(type, text.span, origin: nil)
    if again != content { return "\(String(decoding: text, as: UTF8.self)) is \(again)" }
  } catch {
    return "\(String(decoding: text, as: UTF8.self)): \(error)"
  }
  var canonical: [UInt8] = []
  RDATA.appendCanonical(type, content.span, to: &canonical)
  guard canonical.count == content.count, RDATA.isValid(type, canonical.span) else {
    return "canonical form of \(content)"
  }
  var twice: [UInt8] = []
  RDATA.appendCanonical(type, canonical.span, to: &twice)
  return twice == canonical ? nil : "canonical twice"
}

/// Where a zone file is cut makes no difference; what is read can be printed and read again.
func zoneFileProperty(_ input: [UInt8]) -> String? {
  let whole = parseZone(input, ttl: 60)
  let sum = input.reduce(1) { ($0 &* 31 &+ Int($1)) & 0xff }
  let cut = parseZone(input, size: sum + 1, ttl: 60)
  if cut.records != whole.records || cut.faults != whole.faults { return "cut at \(sum)" }
  if whole.faults != whole.faults.sorted(by: { $0.position < $1.position }) { return "order" }
  for fault in whole.faults where fault.description.isEmpty { return "no description" }
  let origin = whole.records.first?.name ?? .root
  var text: [UInt8] = []
  ZoneRecord.appendDirectives(origin: origin, to: &text)
  for record in whole.records { record.append(relativeTo: origin, to: &text) }
  let again = parseZone(text)
  if !again.faults.isEmpty { return "\(again.faults)" }
  return again.records == whole.records ? nil : "not read back: \(text)"
}
