// A BIND zone file of the command line.

import DNS
import NameService

/// A zone file that a command names, read and checked as a whole.
struct DNSZoneFile {
  let name: String
  let path: String
  let bytes: [UInt8]

  /// The records of the file; or all of its faults, each with its line.
  func records() throws(CommandFailure) -> [ZoneRecord] {
    let origin = try self.origin()
    var parser = ZoneFileParser(origin: origin)
    var records: [ZoneRecord] = []
    parser.parse(bytes.span) { records.append($0) }
    parser.finish { records.append($0) }
    guard parser.faults.isEmpty else {
      throw CommandFailure(
        .refused, parser.faults.map { "\(path): \($0)" }.joined(separator: "\n"))
    }
    return records
  }

  /// The zone, compiled; or all that is wrong with it. `isSigned` leaves out what signing makes anew, if
  /// the file has it.
  func compiled(isSigned: Bool = false) throws(CommandFailure) -> ZoneImage {
    var records = try records()
    if isSigned { records.removeAll { Self.signatureTypes.contains($0.type) } }
    return try Self.compile(records, name: name, source: path)
  }

  /// The zone of `records`, which came from `source`, compiled; or all that is wrong with it.
  static func compile(
    _ records: [ZoneRecord], name: String, source: String
  ) throws(CommandFailure) -> ZoneImage {
    switch ZoneCompiler.compile(apex: try origin(name), records: records) {
    case .success(let image): return image
    case .failure(let found):
      let lines = found.faults.map { "\(source): \(text(of: $0, records))" }
      throw CommandFailure(.refused, lines.joined(separator: "\n"))
    }
  }

  /// What a signer makes.
  static let signatureTypes: Set<RecordType> = [
    .rrsig, .nsec, .nsec3, .nsec3param, .dnskey, .cds, .cdnskey,
  ]

  private static func text(of fault: RecordFault, _ records: [ZoneRecord]) -> String {
    let subject = fault.index.map { "record \($0 + 1)" } ?? "the zone"
    return "\(subject) \(fault.problem). \(fault.remedy)"
  }

  private func origin() throws(CommandFailure) -> DomainName { try Self.origin(name) }

  /// The domain of the zone `name`.
  static func origin(_ name: String) throws(CommandFailure) -> DomainName {
    do throws(DNSError) { return try DomainName(name) } catch {
      throw CommandFailure(.usage, "skerry: \"\(name)\" is no name: \(error.explanation)")
    }
  }
}

extension DNSZoneFile {
  /// The file at `path`, for the zone `name`.
  init(name: String, path: String) throws(CommandFailure) {
    self.init(
      name: name, path: path, bytes: Array(try TextFile.read(path, "the zone file").utf8))
  }
}
