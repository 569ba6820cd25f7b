// Lists of zones, a line each.

import Origin
import Zones

/// Reads lists of zones; what is wrong with a line is noted with its place, and the next line is read.
enum ZoneLines {
  /// Calls `body` with the number and the words of each line of the file at `path` that
  /// has any; false, and a fault, if it can't be read.
  static func forEach(
    of path: String, _ subject: String, separators: String, _ faults: inout [String],
    _ body: (_ number: Int, _ words: [String], _ faults: inout [String]) -> Void
  ) -> Bool {
    let text: String
    do throws(CommandFailure) { text = try TextFile.read(path, subject) } catch {
      faults.append(error.message)
      return false
    }
    // Bytes, not characters: there may be a million lines.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let words = line.split(whereSeparator: { separators.utf8.contains($0) || $0 == 13 })
      guard !words.isEmpty else { continue }
      body(index + 1, words.map { String(Substring($0)) }, &faults)
    }
    return true
  }

  /// The origin that `text` names; nil, and a fault, if it names none.
  static func origin(
    _ text: String, _ place: String, _ faults: inout [String]
  ) -> OriginConfiguration? {
    do throws(OriginConfiguration.URL.Fault) {
      return try OriginConfiguration.URL.parse(short: text)
    } catch {
      faults.append("\(place): the origin \(error.problem). \(error.remedy)")
      return nil
    }
  }

  /// The hostname that `text` is; nil, and a fault, if it is none.
  static func hostname(
    _ text: String, _ place: String, _ faults: inout [String]
  ) -> Hostname? {
    do throws(Hostname.Fault) { return try Hostname(parsing: text) } catch {
      faults.append("\(place): the host \(error.problem). \(error.remedy)")
      return nil
    }
  }
}
