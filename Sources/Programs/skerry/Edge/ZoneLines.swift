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
    let bytes = Array(text.utf8)
    let between = Array(separators.utf8) + [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    var words: [String] = []
    var (number, start) = (1, 0)
    for index in 0...bytes.count {
      let byte = index < bytes.count ? bytes[index] : UInt8(ascii: "\n")
      guard between.contains(byte) else { continue }
      if start < index { words.append(String(decoding: bytes[start..<index], as: UTF8.self)) }
      start = index + 1
      guard byte == UInt8(ascii: "\n") else { continue }
      if !words.isEmpty { body(number, words, &faults) }
      words.removeAll(keepingCapacity: true)
      number += 1
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
