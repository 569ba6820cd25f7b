// Values as the API writes them.

import ConfigurationTree
import HTTP
import Primitives

/// Times and trees as the API writes them.
enum APIText {
  static func time(_ time: WallTime) -> String { Timestamp.text(time) }

  static func value(_ time: WallTime?) -> ConfigurationValue {
    time.map { .string(Timestamp.text($0)) } ?? ConfigurationValue(.null)
  }

  /// A path of the configuration, as `zones[2].name`, as a JSON pointer; nil for the whole.
  static func pointer(_ path: String) -> String? {
    guard !path.isEmpty else { return nil }
    let parts = path.split { $0 == "." || $0 == "[" || $0 == "]" }
    return "/" + parts.joined(separator: "/")
  }

  /// The JSON that is stored; nil if it is none.
  static func tree(_ bytes: Span<UInt8>) -> ConfigurationValue? {
    var copy: [UInt8] = []
    copy.append(bytes)
    do throws(JSONError) { return try JSONParser.parse(copy) } catch { return nil }
  }

  static let null = ConfigurationValue(.null)
}
