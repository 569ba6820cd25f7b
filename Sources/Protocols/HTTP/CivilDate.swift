// Days of the proleptic Gregorian calendar from and to seconds.

import Primitives

/// A date and a second of the day in UTC.
struct CivilDate: Sendable {
  let year: Int
  let month: Int
  let day: Int
  /// 0 is Sunday.
  let weekday: Int
  let secondOfDay: Int

  private static let daySeconds: Int64 = 86400
  private static let daysPerEra: Int64 = 146_097
  /// Days from 0000-03-01, where eras of 400 years start, to 1970-01-01.
  private static let epochDay: Int64 = 719_468

  /// Dates before year 0 or after 9999 are shown as the nearest that HTTP can write.
  init(_ time: WallTime) {
    let seconds = min(max(time.seconds, -62_167_219_200), 253_402_300_799)
    var days = seconds / Self.daySeconds
    var rest = seconds % Self.daySeconds
    if rest < 0 {
      rest += Self.daySeconds
      days -= 1
    }
    secondOfDay = Int(rest)
    weekday = Int(((days + 4) % 7 + 7) % 7)
    // Years that start in March put the leap day at the end.
    let shifted = days + Self.epochDay
    let era = (shifted >= 0 ? shifted : shifted - Self.daysPerEra + 1) / Self.daysPerEra
    let dayOfEra = shifted - era * Self.daysPerEra
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
    year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
  }

  /// The time of a date; nil if there is no such day.
  static func time(year: Int, month: Int, day: Int, secondOfDay: Int) -> WallTime? {
    guard month >= 1, month <= 12, day >= 1, day <= length(ofMonth: month, year) else {
      return nil
    }
    let shifted = Int64(month <= 2 ? year - 1 : year)
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let marchMonth = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * marchMonth + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * daysPerEra + dayOfEra - epochDay
    return WallTime(seconds: days * daySeconds + Int64(secondOfDay))
  }

  private static func length(ofMonth month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
