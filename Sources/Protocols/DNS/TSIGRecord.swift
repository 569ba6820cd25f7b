// The record that authenticates a message (RFC 8945).

import Primitives

/// A TSIG record, and the bytes that its MAC is computed over. The MAC itself is HMAC, which is not
/// this room's business: bytes go out, and its bytes come back in `mac`.
package struct TSIGRecord: Equatable, Sendable {
  /// The name of the key.
  package var keyName: DomainName
  /// Which HMAC: a name such as `hmac-sha256.`.
  package var algorithm: DomainName
  /// Seconds since 1970; 48 bits.
  package var signedAtSeconds: UInt64
  /// Seconds that the clocks may differ; 300 is usual.
  package var fudgeSeconds: UInt16
  package var mac: [UInt8]
  /// The message's ID as it was signed; a forwarder may have changed that of the header.
  package var originalID: UInt16
  package var error: ResponseCode
  /// With BADTIME the server's clock in six bytes (RFC 8945 section 5.2.3), else nothing.
  package var other: [UInt8]

  package init(
    keyName: DomainName, algorithm: DomainName, signedAtSeconds: UInt64, fudgeSeconds: UInt16 = 300,
    mac: [UInt8] = [], originalID: UInt16, error: ResponseCode = .noError, other: [UInt8] = []
  ) {
    precondition(signedAtSeconds < 1 << 48)
    precondition(algorithm.bytes.count + 16 + mac.count + other.count < 65_536)
    self.keyName = keyName
    self.algorithm = algorithm
    self.signedAtSeconds = signedAtSeconds
    self.fudgeSeconds = fudgeSeconds
    self.mac = mac
    self.originalID = originalID
    self.error = error
    self.other = other
  }

  /// Reads the record at `start` of a message, which must end with it.
  package init(_ message: Span<UInt8>, at start: Int) throws(DNSError) {
    var index = start
    keyName = try DomainName(message, at: &index)
    guard index + 10 <= message.count, message.uint16(at: index) == RecordType.tsig.rawValue,
      message.uint16(at: index + 2) == RecordClass.any.rawValue, message.uint32(at: index + 4) == 0,
      index + 10 + Int(message.uint16(at: index + 8)) == message.count
    else { throw .malformedTSIG }
    index += 10
    let begin = index
    algorithm = try DomainName(message, at: &index)
    // RFC 8945 section 4.2: it must not be compressed.
    guard index - begin == algorithm.bytes.count else { throw .malformedTSIG }
    guard index + 10 <= message.count else { throw .malformedTSIG }
    signedAtSeconds =
      UInt64(message.uint16(at: index)) << 32 | UInt64(message.uint32(at: index + 2))
    fudgeSeconds = message.uint16(at: index + 6)
    let macLength = Int(message.uint16(at: index + 8))
    index += 10
    guard index + macLength + 6 <= message.count else { throw .malformedTSIG }
    mac = []
    mac.append(message.extracting(index..<(index + macLength)))
    index += macLength
    originalID = message.uint16(at: index)
    error = ResponseCode(rawValue: message.uint16(at: index + 2))
    guard index + 6 + Int(message.uint16(at: index + 4)) == message.count else {
      throw .malformedTSIG
    }
    other = []
    other.append(message.extracting((index + 6)..<message.count))
  }

  /// Bytes of the record on the wire, which a response keeps free for it.
  package var length: Int {
    keyName.bytes.count + 10 + algorithm.bytes.count + 16 + mac.count + other.count
  }

  /// Appends the whole record, uncompressed (RFC 8945 section 4.2).
  package func append(to output: inout [UInt8]) {
    output += keyName.bytes
    output.appendUInt16(RecordType.tsig.rawValue)
    output.appendUInt16(RecordClass.any.rawValue)
    output.appendUInt32(0)
    output.appendUInt16(UInt16(algorithm.bytes.count + 16 + mac.count + other.count))
    output += algorithm.bytes
    appendTimers(to: &output)
    output.appendUInt16(UInt16(mac.count))
    output += mac
    output.appendUInt16(originalID)
    output.appendUInt16(error.rawValue)
    output.appendUInt16(UInt16(other.count))
    output += other
  }

  /// Appends what comes before the message in what a MAC is computed over: the MAC of the request in
  /// a response, or that of the message before in a stream of them (RFC 8945 sections 4.3.1 and 5.3).
  package static func appendPrior(mac: Span<UInt8>, to output: inout [UInt8]) {
    output.appendUInt16(UInt16(mac.count))
    output.append(mac)
  }

  /// Appends a message as it was before it got its TSIG record, which begins at `end`: with the
  /// original ID and without counting the record (RFC 8945 section 4.3.2).
  package func appendMessage(_ message: Span<UInt8>, end: Int, to output: inout [UInt8]) {
    precondition(end >= DNSHeader.length && end <= message.count)
    output.appendUInt16(originalID)
    output.append(message.extracting(2..<10))
    output.appendUInt16(message.uint16(at: 10) &- 1)
    output.append(message.extracting(12..<end))
  }

  /// Appends what comes behind the message: names in canonical form, times, error (RFC 8945 section
  /// 4.3.3).
  package func appendVariables(to output: inout [UInt8]) {
    output += keyName.canonical.bytes
    output.appendUInt16(RecordClass.any.rawValue)
    output.appendUInt32(0)
    output += algorithm.canonical.bytes
    appendTimers(to: &output)
    output.appendUInt16(error.rawValue)
    output.appendUInt16(UInt16(other.count))
    output += other
  }

  /// Appends the times alone, as behind the second and later messages of a stream (RFC 8945 section
  /// 5.3.1).
  package func appendTimers(to output: inout [UInt8]) {
    output.appendUInt16(UInt16(truncatingIfNeeded: signedAtSeconds >> 32))
    output.appendUInt32(UInt32(truncatingIfNeeded: signedAtSeconds))
    output.appendUInt16(fudgeSeconds)
  }
}
