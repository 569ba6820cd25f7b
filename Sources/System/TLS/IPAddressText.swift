// Addresses between their bytes and their text, as certificates and verification need them.

import Glibc

/// Text forms of IPv4 and IPv6 addresses.
enum IPAddressText {
  /// The text of 4 or 16 bytes (IPv6 as RFC 5952 writes it); nil for another length.
  static func text(_ bytes: Span<UInt8>) -> String? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    // Safe: the text has room for the longest form of either family.
    let isDone = unsafe bytes.withUnsafeBytes { address in
      unsafe inet_ntop(family, address.baseAddress, &text, socklen_t(text.count)) != nil
    }
    guard isDone else { return nil }
    return String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether `text` is an address.
  static func isAddress(_ text: String) -> Bool {
    var room = [UInt8](repeating: 0, count: 16)
    // Safe: 16 bytes are room for either family, and the text is ended by a NUL.
    return unsafe inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1
  }
}
