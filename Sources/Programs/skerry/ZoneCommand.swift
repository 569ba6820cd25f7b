// `skerry zone`

import ArgumentParser

/// Everything about single zones.
struct ZoneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zone", abstract: "Add, change, show, list or remove zones.",
    subcommands: [
      ZoneAddCommand.self, ZoneSetCommand.self, ZoneShowCommand.self, ZoneListCommand.self,
      ZoneRemoveCommand.self,
    ])

  /// The path of a zone in the API.
  static func path(_ name: String) -> String { "/v1/zones/" + encode(name) }

  /// `text` with everything but unreserved characters in percent encoding (RFC 3986 section 2.1).
  static func encode(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126:
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return encoded
  }
}
