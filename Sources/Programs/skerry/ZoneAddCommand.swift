// `skerry zone add`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Adds a zone.
struct ZoneAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a zone. It is served at once.",
    discussion: """
      Example:
        skerry zone add example.org --origin http://127.0.0.1:3000 --hostname '*.example.org'
      """)

  @Argument(help: "The zone's name: its domain.")
  var name: String

  @OptionGroup var zone: ZoneOptions
  @OptionGroup var control: ControlOptions

  func validate() throws {
    if zone.origins.isEmpty && zone.settings.isEmpty {
      throw ValidationError("Give at least one --origin URL.")
    }
  }

  func run() throws {
    let tree = Self.listingFields(try zone.tree())
    let result = try control.ask(
      .put, ZoneCommand.path(name), tree, fields: [("If-None-Match", "*")], for: "adding \(name)")
    if control.printsJSON(result) { return }
    let hostnames = result["hostnames"]?.elements.compactMap(\.text) ?? []
    Console.line("added \(name): serves \(hostnames.joined(separator: ", "))")
  }

  /// A new zone has its fields as a list, as the configuration has them.
  static func listingFields(_ tree: ConfigurationValue) -> ConfigurationValue {
    guard case .object(var members) = tree.content,
      let index = members.firstIndex(where: { $0.key == "responseFields" }),
      case .object(let fields) = members[index].value.content
    else { return tree }
    members[index].value.content = .array(
      fields.filter { $0.value.content != .null }.map { field in
        .object([("name", .string(field.key)), ("value", field.value)])
      })
    return ConfigurationValue(.object(members), at: tree.position)
  }
}
