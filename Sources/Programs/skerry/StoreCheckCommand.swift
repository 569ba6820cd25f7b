// `skerry store check`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP
import Storage

/// Reads the whole store and compares every checksum.
struct StoreCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read the whole store and say what is damaged.",
    discussion: """
      Without a folder the running edge checks its own store. With a folder the files there are \
      read, without an edge.
      """)

  @Argument(help: "The folder of an edge that is not running.", completion: .directory)
  var folder: String?

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result: ConfigurationValue
    if let folder {
      result = try Self.check(try StoreCommand.store(in: folder))
    } else {
      result = try control.ask(.post, "/v1/store/check", for: "the check")
    }
    if !control.printsJSON(result) { Console.write(Self.text(result)) }
    guard result["sound"]?.flag == true else { throw CommandFailure(.refused, "") }
  }

  private static func check(_ folder: String) throws(CommandFailure) -> ConfigurationValue {
    do throws(StorageError) {
      let check = try StorageCheck(directory: folder)
      return .object([
        ("path", .string(check.path)), ("sound", .bool(check.isSound)),
        ("pages", .integer(check.pages)), ("records", .integer(check.records)),
        ("damages", .array(check.damages.map { .string($0.description) })),
      ])
    } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
  }

  /// The finding for people.
  static func text(_ result: ConfigurationValue) -> String {
    let path = result["path"]?.text ?? ""
    guard result["sound"]?.flag != true else {
      let records = Figures.amount(Int(result["records"]?.number ?? 0), "record")
      let pages = Figures.amount(Int(result["pages"]?.number ?? 0), "page")
      return "\(path): sound, \(records) in \(pages)\n"
    }
    let damages = result["damages"]?.elements.compactMap(\.text) ?? []
    let advice = [
      "What to do: restart the edge; it moves the damaged store aside and serves the zones of its "
        + "last export. Then apply your zones file again (skerry apply). Check the disk.",
      "If an edge is running on this folder, leave the folder out: only that edge can check it.",
    ]
    let lines = ["\(path): damaged"] + damages.map { "  \($0)" } + advice
    return lines.joined(separator: "\n") + "\n"
  }
}
