// Dates in fields: seconds of the wall clock from and to text.

package import Primitives

/// `HTTP-date` (RFC 9110 section 5.6.7).
package enum HTTPDate {
  /// Bytes of the preferred format.
  package static let length = 29

  /// The time that `text` names in any of the three formats, in any case (RFC 9111 section 4.2);
  /// nil if it is none of them. A two-digit year is taken so that it is at most 50 years after
  /// `now`.
  package static func parse(_ text: Span<UInt8>, now: WallTime) -> WallTime? {
    guard text.count >= 24 else { return nil }
    if text[3] == 0x2c { return preferred(text) }
    if text[3] == 0x20 { return asctime(text) }
    return rfc850(text, now)
  }

  /// Appends the preferred format: `Sun, 06 Nov 1994 08:49:37 GMT`.
  package static func append(_ time: WallTime, to output: inout [UInt8]) {
    let civil = CivilDate(time)
    output.append(weekdays[civil.weekday])
    output.append(", ")
    appendTwo(civil.day, to: &output)
    output.append(0x20)
    output.append(months[civil.month - 1])
    output.append(0x20)
    appendTwo(civil.year / 100 % 100, to: &output)
    appendTwo(civil.year % 100, to: &output)
    output.append(0x20)
    appendTwo(civil.secondOfDay / 3600, to: &output)
    output.append(0x3a)
    appendTwo(civil.secondOfDay / 60 % 60, to: &output)
    output.append(0x3a)
    appendTwo(civil.secondOfDay % 60, to: &output)
    output.append(" GMT")
  }

  // MARK: - The three formats

  private static let weekdays: [StaticString] = [
    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
  ]
  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func preferred(_ text: Span<UInt8>) -> WallTime? {
    guard text.count == length, text.isWeekday(at: 0),
      text[4] == 0x20, text[7] == 0x20, text[11] == 0x20,
      text[16] == 0x20, text.spells(" gmt", at: 25),
      let day = text.number(at: 5, digits: 2),
      let month = text.month(at: 8),
      let year = text.number(at: 12, digits: 4),
      let second = secondOfDay(text, at: 17)
    else { return nil }
    return CivilDate.time(year: year, month: month, day: day, secondOfDay: second)
  }

  /// `Sun Nov  6 08:49:37 1994`.
  private static func asctime(_ text: Span<UInt8>) -> WallTime? {
    guard text.count == 24, text.isWeekday(at: 0),
      text[7] == 0x20, text[10] == 0x20, text[19] == 0x20,
      let month = text.month(at: 4),
      let day = text[8] == 0x20
        ? text.number(at: 9, digits: 1) : text.number(at: 8, digits: 2),
      let second = secondOfDay(text, at: 11),
      let year = text.number(at: 20, digits: 4)
    else { return nil }
    return CivilDate.time(year: year, month: month, day: day, secondOfDay: second)
  }

  /// `Sunday, 06-Nov-94 08:49:37 GMT`.
  private static func rfc850(_ text: Span<UInt8>, _ now: WallTime) -> WallTime? {
    guard let comma = text.first(0x2c, in: 0..<text.count), text.count == comma + 24,
      isLongWeekday(text.extracting(0..<comma)), text[comma + 1] == 0x20,
      text[comma + 4] == 0x2d, text[comma + 8] == 0x2d,
      text[comma + 11] == 0x20, text.spells(" gmt", at: comma + 20),
      let day = text.number(at: comma + 2, digits: 2),
      let month = text.month(at: comma + 5),
      let twoDigits = text.number(at: comma + 9, digits: 2),
      let second = secondOfDay(text, at: comma + 12)
    else { return nil }
    let thisYear = CivilDate(now).year
    var year = thisYear - thisYear % 100 + 100 + twoDigits
    while year > thisYear + 50 { year -= 100 }
    return CivilDate.time(year: year, month: month, day: day, secondOfDay: second)
  }

  private static func isLongWeekday(_ text: Span<UInt8>) -> Bool {
    let names: [StaticString] = [
      "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]
    for index in names.indices where text.equalsIgnoringCase(names[index]) { return true }
    return false
  }

  /// `08:49:37`; a leap second is allowed.
  private static func secondOfDay(_ text: Span<UInt8>, at start: Int) -> Int? {
    guard let hour = text.number(at: start, digits: 2), text[start + 2] == 0x3a,
      let minute = text.number(at: start + 3, digits: 2), text[start + 5] == 0x3a,
      let second = text.number(at: start + 6, digits: 2), hour < 24, minute < 60, second <= 60
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  private static func appendTwo(_ value: Int, to output: inout [UInt8]) {
    output.append(UInt8(48 + value / 10))
    output.append(UInt8(48 + value % 10))
  }
}

extension Span where Element == UInt8 {
  fileprivate func number(at start: Int, digits: Int) -> Int? {
    var value = 0
    for index in start..<(start + digits) {
      guard self[index].isASCIIDigit else { return nil }
      value = value * 10 + Int(self[index] - 0x30)
    }
    return value
  }

  /// Whether `text`, which is given in lower case, is at `start` in any case.
  fileprivate func spells(_ text: StaticString, at start: Int) -> Bool {
    extracting(start..<(start + text.utf8CodeUnitCount)).equalsIgnoringCase(text)
  }

  /// Three letters from `start` as a number, in lower case.
  private func letters(at start: Int) -> UInt32 {
    UInt32(self[start].asciiLowercased) << 16 | UInt32(self[start + 1].asciiLowercased) << 8
      | UInt32(self[start + 2].asciiLowercased)
  }

  /// The month, 1 to 12, whose name is at `start`.
  fileprivate func month(at start: Int) -> Int? {
    switch letters(at: start) {
    case 0x6a616e: 1
    case 0x666562: 2
    case 0x6d6172: 3
    case 0x617072: 4
    case 0x6d6179: 5
    case 0x6a756e: 6
    case 0x6a756c: 7
    case 0x617567: 8
    case 0x736570: 9
    case 0x6f6374: 10
    case 0x6e6f76: 11
    case 0x646563: 12
    default: nil
    }
  }

  fileprivate func isWeekday(at start: Int) -> Bool {
    switch letters(at: start) {
    case 0x73756e, 0x6d6f6e, 0x747565, 0x776564, 0x746875, 0x667269, 0x736174: true
    default: false
    }
  }
}
