// What the tests of DNS share: names and messages as text.

import DNS
import Primitives
import Testing

/// A name that is known to be one.
func name(_ text: String) -> DomainName {
  do throws(DNSError) {
    return try DomainName(text)
  } catch {
    Issue.record("\(text) is no name: \(error)")
    return .root
  }
}

/// The bytes of `text` in hexadecimal, with white space ignored.
func bytes(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
}

/// A run of contents, each behind its length.
func run(_ contents: [UInt8]...) -> [UInt8] {
  contents.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
}

/// A query for `text` with `extra` records behind the question: header counts are given.
func query(
  _ text: String, type: RecordType = .a, flags: UInt16 = 0x0100,
  counts: (UInt8, UInt8, UInt8, UInt8) = (1, 0, 0, 0), extra: [UInt8] = []
) -> [UInt8] {
  var message: [UInt8] = [0x12, 0x34, UInt8(flags >> 8), UInt8(flags & 255)]
  for count in [counts.0, counts.1, counts.2, counts.3] { message += [0, count] }
  message += name(text).bytes
  message += [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255), 0, 1]
  return message + extra
}

/// An OPT record with `options`.
func opt(
  payload: UInt16 = 1232, version: UInt8 = 0, flags: UInt16 = 0, options: [UInt8] = []
) -> [UInt8] {
  [0, 0, 41, UInt8(payload >> 8), UInt8(payload & 255), 0, version]
    + [UInt8(flags >> 8), UInt8(flags & 255), UInt8(options.count >> 8)]
    + [UInt8(options.count & 255)] + options
}

/// What reading a message throws; nil if nothing.
func fault(_ message: [UInt8]) -> DNSError? {
  var query = DNSQuery()
  do throws(DNSError) {
    try query.read(message.span)
    return nil
  } catch {
    return error
  }
}

/// The message that `write` makes, in a buffer of 65,535 bytes.
func message(
  limit: Int = 65_535, _ header: DNSHeader = DNSHeader(),
  _ write: (inout DNSMessageWriter) -> Void
) -> [UInt8] {
  var buffer = [UInt8](repeating: 0xee, count: 65_535)
  let length = fill(&buffer, limit, header, write)
  return Array(buffer[..<length])
}

private func fill(
  _ buffer: inout [UInt8], _ limit: Int, _ header: DNSHeader,
  _ write: (inout DNSMessageWriter) -> Void
) -> Int {
  var writer = DNSMessageWriter(buffer.mutableSpan, limitBytes: limit)
  write(&writer)
  return writer.finish(header)
}

/// `#expect` for calls of what can't be copied.
func expect(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(condition, sourceLocation: sourceLocation)
}
