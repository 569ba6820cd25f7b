// Times of signatures (RFC 4034 section 3.2).

import Primitives

/// Seconds since 1970 modulo 2^32, written as YYYYMMDDHHmmSS in UTC.
package enum SignatureTime {
  /// Appends fourteen digits. The number counts as one of the years 1970 to 2106.
  package static func append(_ seconds: UInt32, to output: inout [UInt8]) {
    let days = Int(seconds / 86_400), second = Int(seconds % 86_400)
    let (year, month, day) = date(days)
    appendDigits(year, 4, to: &output)
    for part in [month, day, second / 3_600, second / 60 % 60, second % 60] {
      appendDigits(part, 2, to: &output)
    }
  }

  /// Reads fourteen digits, or seconds in decimal; nil for anything else. Years from 1902 on are
  /// taken, since others count backwards from today.
  static func parse(_ text: Span<UInt8>) -> UInt32? {
    guard text.count == 14 else { return text.decimal(below: 1 << 32).map { UInt32($0) } }
    var parts: [Int] = []
    for range in [0..<4, 4..<6, 6..<8, 8..<10, 10..<12, 12..<14] {
      guard let part = text.extracting(range).decimal(below: 10_000) else { return nil }
      parts.append(Int(part))
    }
    guard (1902...2106).contains(parts[0]), (1...12).contains(parts[1]), parts[2] >= 1,
      parts[3] < 24,
      parts[4] < 60, parts[5] < 60
    else { return nil }
    let days = days(parts[0], parts[1], parts[2])
    guard date(days).2 == parts[2] else { return nil }
    let seconds = days * 86_400 + parts[3] * 3_600 + parts[4] * 60 + parts[5]
    return seconds <= Int(UInt32.max) ? UInt32(truncatingIfNeeded: seconds) : nil
  }

  /// Days from 1970-01-01 to a date of the Gregorian calendar, whose years begin with March here.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }

  private static func date(_ days: Int) -> (Int, Int, Int) {
    // 400 years have 146,097 days.
    let shifted = days + 719_468
    let era = shifted / 146_097, dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, day)
  }

  private static func appendDigits(_ value: Int, _ count: Int, to output: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<count { divisor *= 10 }
    while divisor > 0 {
      output.append(48 + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}
