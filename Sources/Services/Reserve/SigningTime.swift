// When a signature was made.

import HTTP
import Primitives

/// A time as signatures have it: `20130524T000000Z`, and its day.
struct SigningTime: Sendable {
  let full: String
  var day: String { String(full.prefix(8)) }

  init(_ time: WallTime) {
    // `Fri, 24 May 2013 00:00:00 GMT` has all the parts.
    var text: [UInt8] = []
    HTTPDate.append(time, to: &text)
    let date = String(decoding: text, as: UTF8.self).split(separator: " ")
    let month = Self.months.firstIndex { $0 == date[2] }.map { $0 + 1 } ?? 0
    let twoDigits = month < 10 ? "0\(month)" : "\(month)"
    let clock = date[4].filter { $0 != ":" }
    full = "\(date[3])\(twoDigits)\(date[1])T\(clock)Z"
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
