// Times as RFC 3339 writes them.

package import Primitives

/// Reads and writes times in UTC as `2026-11-28T03:12:00Z` (RFC 3339 section 5.6).
package enum Timestamp {
  /// The text of `time`.
  package static func text(_ time: WallTime) -> String {
    let date = CivilDate(time)
    let second = date.secondOfDay
    return pad(date.year, 4) + "-" + pad(date.month, 2) + "-" + pad(date.day, 2) + "T"
      + pad(second / 3_600, 2) + ":" + pad(second / 60 % 60, 2) + ":" + pad(second % 60, 2) + "Z"
  }

  /// The time that `text` says, without fractions of a second; nil if it is none in UTC.
  package static func time(_ text: String) -> WallTime? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == 45, bytes[7] == 45,
      bytes[10] == UInt8(ascii: "T"), bytes[13] == 58, bytes[16] == 58,
      bytes.count == 20 || bytes[19] == 46 && bytes[20..<(bytes.count - 1)].allSatisfy(isDigit),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]), hour < 24,
      let minute = number(bytes[14..<16]), minute < 60, let second = number(bytes[17..<19]),
      second < 60
    else { return nil }
    return CivilDate.time(
      year: year, month: month, day: day, secondOfDay: hour * 3_600 + minute * 60 + second)
  }

  private static func pad(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte < 58 }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard digits.allSatisfy(isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }
}
