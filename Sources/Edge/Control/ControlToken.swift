// The secret that opens the API.

import Primitives
import Storage

/// The bearer token (RFC 6750) of the API. Whoever can read its file is the operator.
package struct ControlToken: Sendable {
  private let bytes: [UInt8]

  /// A token of these characters.
  package init(_ text: String) { bytes = Array(text.utf8) }

  /// The token in the file at `path`, which is made, readable by its owner only, if it is missing.
  /// May wait for the disk.
  package static func load(_ path: String) throws(ControlError) -> ControlToken {
    do throws(StorageError) {
      if !StoredFile.exists(path) {
        var generator = SystemRandomNumberGenerator()
        var file = try ReplacementFile(for: path)
        try file.append(make(using: &generator).span)
        try file.commit()
      }
    } catch {
      throw .tokenFile(error)
    }
    return try read(path)
  }

  /// The token in the file at `path`, which must exist.
  package static func read(_ path: String) throws(ControlError) -> ControlToken {
    var text: [UInt8]
    do throws(StorageError) {
      text = try StoredFile.read(path, maximumBytes: ControlLimits.tokenFileBytes)
    } catch {
      throw .tokenFile(error)
    }
    while let last = text.last, last == 10 || last == 13 || last == 32 { text.removeLast() }
    // RFC 6750 section 2.1 allows a few signs more than these visible ones; none is a space.
    guard text.count >= ControlLimits.tokenBytes, text.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw .badToken(path: path)
    }
    return ControlToken(String(decoding: text, as: UTF8.self))
  }

  /// The content of the Authorization field that shows this token.
  package var authorization: String { "Bearer " + String(decoding: bytes, as: UTF8.self) }

  /// Whether `authorization`, the content of an Authorization field, shows this token. Takes the
  /// same time wherever two tokens of one length begin to differ.
  package func isShown(by authorization: Span<UInt8>) -> Bool {
    let scheme = 7
    guard authorization.count > scheme,
      authorization.extracting(..<scheme).equalsIgnoringCase("bearer ")
    else { return false }
    var start = scheme
    while start < authorization.count, authorization[start] == 32 { start += 1 }
    guard authorization.count - start == bytes.count else { return false }
    var difference: UInt8 = 0
    for index in bytes.indices { difference |= bytes[index] ^ authorization[start + index] }
    return difference == 0
  }

  /// 256 random bits in hexadecimal digits, and a line end.
  private static func make(using generator: inout some RandomNumberGenerator) -> [UInt8] {
    var text: [UInt8] = []
    for _ in 0..<4 {
      let digits = String(generator.next() as UInt64, radix: 16)
      text.append(contentsOf: String(repeating: "0", count: 16 - digits.count).utf8)
      text.append(contentsOf: digits.utf8)
    }
    text.append(10)
    return text
  }
}
