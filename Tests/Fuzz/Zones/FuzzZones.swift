// Fuzz target of configuration: any bytes -> JSON -> zone -> record, without a trap, and back.
//
// Built with -sanitize=fuzzer,address; run with SWIFT_BACKTRACE=enable=no (see ./dev fuzz).

import ConfigurationTree
import Primitives
import Zones

/// Called by libFuzzer with each input. A failed precondition is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzZones(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  // Safe: libFuzzer owns the bytes for the call; they are copied at once.
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  fuzzText(bytes)
  fuzzRecord(bytes)
  return 0
}

/// A text that parses is written and parsed as the same tree; a zone that decodes comes back the
/// same from its tree and its record.
private func fuzzText(_ bytes: [UInt8]) {
  guard let tree = try? JSONParser.parse(bytes) else { return }
  precondition((try? JSONParser.parse(JSONWriter.write(tree))) == tree)
  precondition((try? JSONParser.parse(JSONWriter.write(tree, indented: true))) == tree)
  let none = ZoneID(high: 0, low: 0)
  var decoder = ConfigurationDecoder()
  let zone = ZoneConfiguration.decode(tree, &decoder) { _ in none }
  precondition((zone == nil) == !decoder.faults.isEmpty)
  if let zone {
    var again = ConfigurationDecoder()
    let back = ZoneConfiguration.decode(zone.tree(withKeys: true), &again) { _ in none }
    precondition(back == zone)
    let record = ZoneRecord.write(zone)
    precondition(ZoneRecord.read(record.span, id: zone.id) == zone.withoutKeys)
  }
  var fileDecoder = ConfigurationDecoder()
  _ = ZoneFile.decode(tree, &fileDecoder) { _ in none }
  _ = tree.merging(tree)
}

/// A record of any bytes is read or refused; what was read is written and read the same.
private func fuzzRecord(_ bytes: [UInt8]) {
  let id = ZoneID(high: 1, low: 1)
  guard let zone = ZoneRecord.read(bytes.span, id: id) else { return }
  let record = ZoneRecord.write(zone)
  precondition(ZoneRecord.read(record.span, id: id) == zone)
}
