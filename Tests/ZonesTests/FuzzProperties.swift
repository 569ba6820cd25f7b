// What must hold for any bytes: properties that fuzz targets run and unit tests replay.

import ConfigurationTree
import Primitives
import Zones

/// A text that parses is written and parsed as the same tree; a zone that decodes comes back the
/// same from its tree and from its record. Returns what does not hold.
func configurationProperty(_ bytes: [UInt8]) -> String? {
  guard let tree = try? JSONParser.parse(bytes) else { return nil }
  for indented in [false, true] {
    let back = try? JSONParser.parse(JSONWriter.write(tree, indented: indented))
    guard back == tree else { return "the tree changed on its way through JSON" }
  }
  let none = ZoneID(high: 0, low: 0)
  var fileDecoder = ConfigurationDecoder()
  let file = ZoneFile.decode(tree, &fileDecoder, check: nil) { _ in none }
  guard (file == nil) != fileDecoder.faults.isEmpty else { return "a file without faults is nil" }
  _ = tree.merging(tree)
  var decoder = ConfigurationDecoder()
  let zone = ZoneConfiguration.decode(tree, &decoder) { _ in none }
  guard (zone == nil) != decoder.faults.isEmpty else { return "a zone without faults is nil" }
  guard let zone else { return nil }
  var again = ConfigurationDecoder()
  let back = ZoneConfiguration.decode(zone.tree(withKeys: true), &again) { _ in none }
  guard back == zone else { return "the zone changed on its way through its tree" }
  let record = ZoneRecord.write(zone)
  guard ZoneRecord.read(record.span, id: zone.id) == zone.withoutKeys else {
    return "the zone changed on its way through its record"
  }
  return nil
}

/// A record that is read is written and read as the same zone. Returns what does not hold.
func recordProperty(_ bytes: [UInt8]) -> String? {
  let id = ZoneID(high: 1, low: 1)
  guard let zone = ZoneRecord.read(bytes.span, id: id) else { return nil }
  let record = ZoneRecord.write(zone)
  return ZoneRecord.read(record.span, id: id) == zone ? nil : "the record changed"
}
