// `skerry apply`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Makes the zones of a file those of the edge.
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Make the edge serve the zones of a YAML file, all or none.",
    discussion: """
      Applying a file twice changes nothing the second time. Zones that are not in the file stay, \
      unless --prune is given. Files of certificates are named relative to the file of zones.

      The plan is printed: + added, ~ changed, - removed, = unchanged.
      """)

  @Argument(help: "The file of zones.", completion: .file(extensions: ["yaml", "yml", "json"]))
  var file: String

  @Flag(help: "Remove zones that are not in the file.")
  var prune = false

  @Flag(help: "Only say what would change.")
  var dryRun = false

  @OptionGroup var control: ControlOptions

  func run() throws {
    let zones = try ZonesFile.read(file)
    let document: ConfigurationValue = .object([
      ("zones", zones.tree["zones"]), ("prune", .bool(prune)), ("dryRun", .bool(dryRun)),
    ])
    let answer = try control.send(.post, "/v1/apply", document)
    guard !answer.isRefused else { throw Self.failure(answer.faults, zones) }
    if control.printsJSON(answer.result) { return }
    Console.write(Self.text(answer.result))
  }

  /// The edge's faults, with their places in the file.
  static func failure(_ faults: [ControlFault], _ zones: ZonesFile) -> CommandFailure {
    let lines = faults.map { fault in
      // The edge's own places are those of the JSON that it was sent.
      let position = fault.path.isEmpty ? nil : zones.place(of: fault.path)
      return zones.line(position, fault.path, fault.message)
    }
    return CommandFailure(
      .refused,
      (lines + ["\(zones.path): refused by the edge; nothing was changed"])
        .joined(separator: "\n"))
  }

  /// The plan for people.
  static func text(_ plan: ConfigurationValue) -> String {
    var lines: [String] = []
    func list(_ sign: String, _ items: [String]) {
      lines += items.prefix(shownZones).map { "\(sign) \($0)" }
      if items.count > shownZones { lines.append("\(sign) and \(items.count - shownZones) more") }
    }
    list("+", plan["added"]?.elements.compactMap(\.text) ?? [])
    list(
      "~",
      plan["changed"]?.elements.map { change in
        let keys = change["keys"]?.elements.compactMap(\.text) ?? []
        return "\(change["name"]?.text ?? "") (\(keys.joined(separator: ", ")))"
      } ?? [])
    list("-", plan["removed"]?.elements.compactMap(\.text) ?? [])
    if let unchanged = plan["unchanged"]?.number, unchanged > 0 || lines.isEmpty {
      lines.append("= \(unchanged) unchanged")
    }
    if plan["dryRun"]?.flag == true { lines.append("dry run: nothing was changed") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Zones of one kind that are named; the rest is counted.
  private static let shownZones = 200
}
