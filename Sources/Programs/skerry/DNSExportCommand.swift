// `skerry dns export`

import ArgumentParser
import ConfigurationTree
import DNS
import HTTP
import NameService
import Zones

/// Writes a zone's records as a zone file.
struct DNSExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the DNS records of a zone as a BIND zone file.",
    discussion: """
      Example:
        skerry dns export example.org > example.org.zone
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let zone = try control.ask(.get, ZoneCommand.path(name), for: "showing \(name)")
    var decoder = ConfigurationDecoder()
    guard let object = decoder.object(zone, keys: ZoneConfiguration.keys),
      let image = ZoneImage.decode(in: object, zone: name, &decoder)
    else {
      throw CommandFailure(
        .refused, "\(name) has no DNS records. Import some: skerry dns import \(name) FILE")
    }
    var text: [UInt8] = []
    let origin = try DNSZoneFile.origin(name)
    ZoneRecord.appendDirectives(origin: origin, to: &text)
    if image.configuredRecords.contains(where: { $0.traits != RecordTraits() }) {
      Console.complain(
        "skerry: some records of \(name) say more than a zone file can (as flatten): that is left out. "
          + "skerry zone show \(name) has it.")
    }
    for record in image.records { record.append(relativeTo: origin, to: &text) }
    Console.write(String(decoding: text, as: UTF8.self))
  }
}
