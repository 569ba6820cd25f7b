// DNS cookies: who shows one has received a reply of ours before.

import Primitives
import Runtime

/// The secret of server cookies, one for all servers that answer on an address (RFC 9018).
///
/// A server cookie is version 1, three zero bytes, the time in four, and eight of SipHash-2-4 over
/// the client's cookie, these eight bytes and the client's address.
package struct ServerCookies: Sendable {
  private let hash: SipHash24
  /// The secret before this one, which is believed still.
  private var previous: SipHash24?

  /// Bytes of a server cookie.
  static let length = 16

  package init(key0: UInt64, key1: UInt64) { hash = SipHash24(key0: key0, key1: key1) }

  package init(using generator: inout some RandomNumberGenerator) {
    self.init(key0: generator.next(), key1: generator.next())
  }

  /// The same with a new secret; cookies of the one before stay good (RFC 9018 section 5). To be
  /// called no more often than cookies' life.
  package func rolled(using generator: inout some RandomNumberGenerator) -> ServerCookies {
    var next = ServerCookies(using: &generator)
    next.previous = hash
    return next
  }

  /// Writes the COOKIE option's content for a client: the eight bytes of `client`, then the server's.
  func write(
    client: Span<UInt8>, address: SocketAddress, seconds: UInt32,
    to output: inout InlineArray<24, UInt8>
  ) {
    for index in 0..<8 { output[index] = client[index] }
    output[8] = 1
    for index in 9..<12 { output[index] = 0 }
    for index in 0..<4 {
      output[12 + index] = UInt8(truncatingIfNeeded: seconds >> UInt32(24 - 8 * index))
    }
    let sum = Self.digest(output.span.extracting(0..<16), address, hash)
    for index in 0..<8 {
      output[16 + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index))
    }
  }

  /// Whether `cookie`, a COOKIE option's content, ends in a server cookie that was made here for this
  /// client, not long ago (RFC 9018 section 4.3: an hour, and five minutes into the future).
  func isOurs(_ cookie: Span<UInt8>, address: SocketAddress, seconds: UInt32) -> Bool {
    guard cookie.count == 8 + Self.length, cookie[8] == 1 else { return false }
    var made: UInt32 = 0
    for index in 12..<16 { made = made << 8 | UInt32(cookie[index]) }
    // RFC 1982: the difference of two times, whose sign says which is later.
    let age = Int32(truncatingIfNeeded: seconds &- made)
    guard age <= NameServiceLimits.cookieSeconds, age >= -300 else { return false }
    if Self.matches(cookie, address, hash) { return true }
    guard let previous else { return false }
    return Self.matches(cookie, address, previous)
  }

  /// Takes the same time wherever the difference is.
  private static func matches(
    _ cookie: Span<UInt8>, _ address: SocketAddress, _ hash: SipHash24
  ) -> Bool {
    let sum = digest(cookie.extracting(0..<16), address, hash)
    var difference: UInt8 = 0
    for index in 0..<8 {
      difference |= cookie[16 + index] ^ UInt8(truncatingIfNeeded: sum >> UInt64(8 * index))
    }
    return difference == 0
  }

  private static func digest(
    _ head: Span<UInt8>, _ address: SocketAddress, _ hash: SipHash24
  ) -> UInt64 {
    var input = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<16 { input[index] = head[index] }
    guard address.family == .ipv4 else {
      for index in 0..<8 {
        input[16 + index] = UInt8(truncatingIfNeeded: address.high >> UInt64(56 - 8 * index))
        input[24 + index] = UInt8(truncatingIfNeeded: address.low >> UInt64(56 - 8 * index))
      }
      return hash.hash(input.span)
    }
    for index in 0..<4 {
      input[16 + index] = UInt8(truncatingIfNeeded: address.low >> UInt64(24 - 8 * index))
    }
    return hash.hash(input.span.extracting(0..<20))
  }
}
