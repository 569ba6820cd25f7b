// `skerry cache inspect`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Tells what the cache would do with a request, and what it has for it.
struct CacheInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tell what the cache has for a URL, what it would do with a request, and why.",
    discussion: """
      The request is not made: nothing is counted or fetched. Which zone and rule hold for it, what \
      tells its response from others, and what is stored: where, how fresh, which fields selected it.
      """)

  @Argument(help: "The URL, as https://www.example.org/path?query; https if it says no scheme.")
  var url: String

  @Option(
    name: .customLong("field"),
    help: ArgumentHelp("A field of the request; may be repeated.", valueName: "name: value"))
  var fields: [String] = []

  @Option(help: ArgumentHelp("The method of the request.", valueName: "method"))
  var method = "GET"

  @Option(
    help: ArgumentHelp(
      "The address of the client; its country may count.", valueName: "address"))
  var client: String?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if let wrong = fields.first(where: { !$0.contains(":") || $0.contains("\n") }) {
      throw ValidationError("--field is \"\(wrong)\". Give it as 'Name: value'.")
    }
  }

  func run() throws {
    var path = "/v1/cache?url=" + ZoneCommand.encode(url)
    path += "&method=" + ZoneCommand.encode(method.uppercased())
    if !fields.isEmpty { path += "&fields=" + ZoneCommand.encode(fields.joined(separator: "\n")) }
    if let client { path += "&client=" + ZoneCommand.encode(client) }
    let result = try control.ask(.get, path, for: "inspecting \(url)")
    if !control.printsJSON(result) { Console.write(CacheInspectionText(result).text) }
  }
}
