// What the object store answered.

import HTTP
import Primitives

/// An answer that has come whole.
struct StoreAnswer: Sendable {
  let status: UInt16
  let fields: FieldBlock
  let body: Bytes

  var isSuccess: Bool { (200..<300).contains(status) }

  /// The code of an error, as NoSuchKey; empty where there is none (answers to HEAD have no body). It goes
  /// to the log: what no code has stands as "?".
  var code: String {
    let code = body.withSpan { StoreDocument($0)?.first("Error/Code") } ?? ""
    let known = code.utf8.prefix(ReserveLimits.codeBytes).map { byte -> UInt8 in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d, 0x2e: byte
      default: 0x3f
      }
    }
    return String(decoding: known, as: UTF8.self)
  }

  /// When it was sent, by the store's clock.
  func date(now: WallTime) -> WallTime? { date(.date, now: now) }

  /// When the object was written, by the store's clock.
  func lastModified(now: WallTime) -> WallTime? { date(.lastModified, now: now) }

  private func date(_ name: FieldName, now: WallTime) -> WallTime? {
    fields.withFirst(name) { HTTPDate.parse($0, now: now) } ?? nil
  }

  /// The value of a field that only such stores have; its name in lower case.
  func value(of name: String) -> [UInt8]? {
    let name = Array(name.utf8)
    for index in 0..<fields.count
    where fields.withName(at: index, { $0.equalsIgnoringCase(name.span) }) {
      return fields.withValue(at: index) { value in
        var copy: [UInt8] = []
        copy.append(value)
        return copy
      }
    }
    return nil
  }

  /// Why the request failed, in terms of whether another endpoint would do better; nil if it did not.
  /// `absent` is nothing but an answer: there is no such object.
  var fault: StoreFault? {
    if isSuccess { return nil }
    let code = code
    if status == 404, code != "NoSuchBucket" { return nil }
    // RFC 9110: all of 3xx would lead elsewhere, where we have not been told to go.
    if status == 429 || status >= 500 || code == "SlowDown" || code == "RequestTimeout" {
      return .failing(status: status, code: code)
    }
    return .refused(status: status, code: code)
  }
}
