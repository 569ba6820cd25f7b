// The fields that decide where a message ends, collected while its lines are read.

import Primitives

/// What the framing and connection fields of one message say, line by line.
struct HTTP1FramingFields: Sendable {
  private(set) var length: UInt64?
  private(set) var isChunked = false
  private(set) var close = false
  private(set) var keepAlive = false
  private(set) var upgradeOption = false
  /// The one Upgrade field names WebSocket.
  private(set) var namesWebSocket = false
  private var hasUpgradeField = false
  private(set) var expectsContinue = false
  /// Connection may name fields that end here.
  private(set) var namesFields = false
  private var connectionOptions = 0

  /// Looks at a field; `lenientRepeats` allows the same Content-Length again, as RFC 9112 section
  /// 6.3 does for a response.
  @inline(__always) mutating func note(
    _ name: FieldName, _ value: Span<UInt8>, lenientRepeats: Bool
  ) throws(HTTPParseError) {
    switch name {
    case .contentLength: try noteLength(value, lenientRepeats)
    case .transferEncoding: try noteTransferEncoding(value)
    case .connection: try noteConnection(value)
    case .upgrade:
      namesWebSocket = !hasUpgradeField && value.equalsIgnoringCase("websocket")
      hasUpgradeField = true
    case .expect:
      if value.equalsIgnoringCase("100-continue") { expectsContinue = true }
    default: break
    }
  }

  /// `Connection: upgrade` and an Upgrade field (RFC 9110 section 7.8) of `websocket` alone. Any other
  /// protocol is passed over: what follows could be requests that nobody here has seen, as with h2c.
  var requestsUpgrade: Bool { upgradeOption && namesWebSocket }

  /// RFC 9112 section 9.3. `isHTTP11` is false for HTTP/1.0.
  func keepsAlive(isHTTP11: Bool) -> Bool { !close && (isHTTP11 || keepAlive) }

  /// Refuses a Content-Length beside a Transfer-Encoding, and the latter in HTTP/1.0 (RFC 9112
  /// section 6.1): no gain in understanding such a message equals the harm of misreading it.
  func check(isHTTP11: Bool) throws(HTTPParseError) {
    guard isChunked else { return }
    if length != nil { throw .lengthAndTransferEncoding }
    if !isHTTP11 { throw .transferEncodingNotAllowed }
  }

  private mutating func noteLength(
    _ value: Span<UInt8>, _ lenientRepeats: Bool
  ) throws(HTTPParseError) {
    guard let parsed = value.decimal else { throw .invalidContentLength }
    if let length, !lenientRepeats || length != parsed { throw .duplicateContentLength }
    length = parsed
  }

  /// Only `chunked`, once, is understood (RFC 9112 section 6.1). Other codings are answered with
  /// 501; lists in which chunked is not the last, or repeated, can't be framed at all.
  private mutating func noteTransferEncoding(_ value: Span<UInt8>) throws(HTTPParseError) {
    if isChunked { throw .invalidTransferEncoding }
    if value.equalsIgnoringCase("chunked") {
      isChunked = true
      return
    }
    let hasChunked = value.listHolds("chunked")
    let isToken = value.count > 0 && ASCIISet.token.containsAll(value)
    throw hasChunked || !isToken ? .invalidTransferEncoding : .unsupportedTransferCoding
  }

  private mutating func noteConnection(_ value: Span<UInt8>) throws(HTTPParseError) {
    if value.equalsIgnoringCase("keep-alive") {
      connectionOptions += 1
      keepAlive = true
    } else {
      noteOptions(value)
    }
    if connectionOptions > FieldLimits.connectionOptions { throw .tooManyFields }
  }

  private mutating func noteOptions(_ value: Span<UInt8>) {
    value.forEachToken { option in
      connectionOptions += 1
      if option.equalsIgnoringCase("close") {
        close = true
      } else if option.equalsIgnoringCase("keep-alive") {
        keepAlive = true
      } else if option.equalsIgnoringCase("upgrade") {
        upgradeOption = true
      } else {
        namesFields = true
      }
    }
  }
}

extension Span where Element == UInt8 {
  /// The number that these digits, 1 to 19, spell (`1*DIGIT`, RFC 9110 section 8.6); nil for
  /// anything else, also for what does not fit in 63 bits.
  package var decimal: UInt64? {
    guard count > 0, count <= 19 else { return nil }
    var value: UInt64 = 0
    for index in 0..<count {
      guard self[index].isASCIIDigit else { return nil }
      value = value &* 10 &+ UInt64(self[index] &- 0x30)
    }
    return value <= UInt64(Int64.max) ? value : nil
  }
}
