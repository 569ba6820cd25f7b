// A zone's records as configuration: the key `records`.

package import ConfigurationTree
import DNS
import Primitives

extension ZoneImage {
  /// The keys of one record.
  package static let recordKeys = [
    "name", "type", "ttl", "content", "flatten", "countries", "continents", "asns",
    "weight", "healthCheck",
  ]

  /// Takes the list `records` out of `object`, for the zone `name`; nil if there is none, or it is
  /// empty, or something is wrong with it, which is noted. Without a name each record is still read, so
  /// that all faults are told at once.
  package static func decode(
    in object: ConfigurationObject, zone name: String?, _ decoder: inout ConfigurationDecoder
  ) -> ZoneImage? {
    guard let value = object.value("records"), let apex = domainName(name ?? "zone.invalid") else {
      return nil
    }
    let before = decoder.faults.count
    var records: [ZoneRecord] = []
    var traits: [Int: RecordTraits] = [:]
    var positions: [SourcePosition?] = []
    decoder.list("records", in: object, limit: NameServiceLimits.recordsPerZone) {
      element, decoder in
      guard let (record, found) = decodeRecord(element, apex, &decoder) else { return }
      if found != RecordTraits() { traits[records.count] = found }
      records.append(record)
      positions.append(element.position)
    }
    guard name != nil, decoder.faults.count == before, !records.isEmpty else { return nil }
    switch ZoneCompiler.compile(apex: apex, records: records, traits: traits) {
    case .success(let image): return image
    case .failure(let found):
      decoder.at("records") { decoder in
        for fault in found.faults {
          guard let index = fault.index else {
            decoder.report(fault.problem, fault.remedy, at: value.position)
            continue
          }
          decoder.at(index) { $0.report(fault.problem, fault.remedy, at: positions[index]) }
        }
      }
      return nil
    }
  }

  private static func decodeRecord(
    _ value: ConfigurationValue, _ apex: DomainName, _ decoder: inout ConfigurationDecoder
  ) -> (ZoneRecord, RecordTraits)? {
    guard let object = decoder.object(value, keys: recordKeys) else { return nil }
    let before = decoder.faults.count
    let owner = decoder.requiredString(
      "name", in: object, "Give a name within the zone, or @ for the zone's own.")
    let kind = decoder.requiredString("type", in: object, "Give the record's type, as A or MX.")
    let text = decoder.requiredString(
      "content", in: object, "Give the content as in a zone file, as 192.0.2.1.")
    let ttl = decoder.integer("ttl", in: object, 0...0x7fff_ffff) ?? NameServiceLimits.usualTTL
    let isReadable = decoder.faults.count == before
    let type = kind.flatMap { recordType($0) }
    let traits = decodeTraits(type, object, &decoder)
    guard let owner, let kind, let text, isReadable else { return nil }
    if type == nil {
      decoder.at("type") {
        $0.report(
          "is \"\(kind)\", which is no type of records",
          "Give a type as A, or TYPE and its number.",
          at: object.value("type")?.position)
      }
    }
    let name = recordName(owner, apex)
    if name == nil {
      decoder.at("name") {
        $0.report(
          "is \"\(owner)\", which is no name",
          "Give labels of at most 63 bytes with dots between them, or @.",
          at: object.value("name")?.position)
      }
    }
    guard let type, let name else { return nil }
    guard let content = content(text, type, apex, object, &decoder), let traits else { return nil }
    return (ZoneRecord(name: name, type: type, ttl: UInt32(ttl), content: content), traits)
  }

  /// What is said of a record of `type` (nil: it is not known) beside its content; nil if something is
  /// wrong with it.
  private static func decodeTraits(
    _ type: RecordType?, _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> RecordTraits? {
    let before = decoder.faults.count
    var traits = RecordTraits()
    traits.isFlattened = decoder.bool("flatten", in: object) ?? false
    if traits.isFlattened, let type, type != .cname {
      decoder.at("flatten") {
        $0.report(
          "is true for a record of type \(type)", "Only a CNAME can be answered with addresses.",
          at: object.value("flatten")?.position)
      }
    }
    traits.places = RecordPlaces.decode(in: object, &decoder)
    if traits.isFlattened, !traits.places.isEverywhere {
      decoder.report(
        "is answered with addresses (flatten), and only for some places",
        "Leave out flatten, or countries, continents and asns.", at: object.position)
    }
    traits.weight = decoder.integer("weight", in: object, 1...NameServiceLimits.weight)
      .map { UInt16($0) }
    if traits.weight != nil, traits.isFlattened || !traits.places.isEverywhere {
      decoder.report(
        "has a weight beside flatten, or beside places", "Leave out its weight, or the others.",
        at: object.position)
    }
    traits.check = HealthCheck.decode(in: object, &decoder)
    if object.value("healthCheck") != nil, traits.isFlattened || !traits.places.isEverywhere {
      decoder.report(
        "has a health check beside flatten, or beside places",
        "Leave out its healthCheck, or the others.", at: object.position)
    }
    return decoder.faults.count == before ? traits : nil
  }

  private static func content(
    _ text: String, _ type: RecordType, _ apex: DomainName, _ object: ConfigurationObject,
    _ decoder: inout ConfigurationDecoder
  ) -> [UInt8]? {
    let bytes = Array(text.utf8)
    do throws(ZoneFileFault) { return try RDATA.parse(type, bytes.span, origin: apex) } catch {
      let explanation = String(describing: error.reason.explanation)
      decoder.at("content") {
        $0.report(
          "is no content of a record of type \(type): \(explanation)",
          "Write what follows the type in a zone file.", at: object.value("content")?.position)
      }
      return nil
    }
  }

  private static func recordType(_ text: String) -> RecordType? {
    let bytes = Array(text.utf8)
    guard let type = RecordType(bytes.span), !type.isMeta, type.rawValue > 0 else { return nil }
    return type
  }

  /// A name as in a zone file; one that ends in the zone's name is whole without a dot, too.
  private static func recordName(_ text: String, _ apex: DomainName) -> DomainName? {
    if text == "@" { return apex }
    if let whole = domainName(text), whole.isWithin(apex) { return whole }
    let bytes = Array(text.utf8)
    do throws(DNSError) { return try DomainName(presentation: bytes.span, origin: apex) } catch {
      return nil
    }
  }

  private static func domainName(_ text: String) -> DomainName? {
    do throws(DNSError) { return try DomainName(text) } catch { return nil }
  }

  /// The records as the list that `decode` takes.
  package var tree: ConfigurationValue {
    guard let origin = DomainName(checkedWire: apex) else { return .array([]) }
    return .array(
      configuredRecords.map { record, traits in
        var name: [UInt8] = []
        record.name.append(relativeTo: origin, to: &name)
        // What would be taken for a whole name is written as one.
        let short = String(decoding: name, as: UTF8.self)
        if let other = Self.domainName(short), short != "@", other.isWithin(origin) {
          name.removeAll()
          record.name.append(to: &name)
        }
        var content: [UInt8] = []
        let bytes = record.content
        RDATA.appendText(record.type, bytes.span, to: &content)
        let more: [(String, ConfigurationValue)] =
          (traits.isFlattened ? [("flatten", .bool(true))] : []) + traits.places.members
          + (traits.weight.map { [("weight", .integer(Int($0)))] } ?? [])
          + (traits.check.map { [("healthCheck", $0.tree)] } ?? [])
        return .object(
          [
            ("name", .string(String(decoding: name, as: UTF8.self))),
            ("type", .string(record.type.description)),
            ("ttl", .integer(Int(record.ttl))),
            ("content", .string(String(decoding: content, as: UTF8.self))),
          ] + more)
      })
  }
}
