// `skerry export`

import ArgumentParser
import ConfigurationTree

/// Writes all zones of the edge into a file that `apply` reads.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write all zones into a YAML file that apply reads.",
    discussion: """
      Private keys are not in it: applied to the same edge, the file keeps those that are there. \
      For a backup with keys use skerry store export.
      """)

  @Argument(help: "The file to write; - is standard output.", completion: .file())
  var file: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    var zones: [ConfigurationValue] = []
    try ZonePages(control: control, isComplete: true).forEach { page in
      zones += page
      return true
    }
    let document: ConfigurationValue = .object([("zones", .array(zones))])
    let isJSON = control.json || file.hasSuffix(".json")
    let text =
      isJSON
      ? String(decoding: JSONWriter.write(document, indented: true), as: UTF8.self)
      : "# Zones of a Skerry edge, without private keys. Apply with: skerry apply FILE\n"
        + (try YAMLText.write(document))
    if file == "-" {
      Console.write(text)
    } else {
      try TextFile.write(Array(text.utf8), to: file)
      Console.line("wrote \(Figures.amount(zones.count, "zone")) to \(file)")
    }
  }
}
