// Signed messages of one transaction.

package import DNS
import Primitives
import TLS

/// Signs and checks the messages of one transaction, each with what the one before was signed with (RFC
/// 8945 sections 5.3 and 5.4): a query and its response, or all the messages of a transfer. Without I/O
/// and clock.
package struct TSIGSession: Sendable {
  /// What is wrong with a signature, in the order in which it is looked for (RFC 8945 section 5.2).
  package enum Fault: Error, Equatable {
    /// No key has this name and algorithm.
    case key
    /// A code has a length that none has.
    case malformed
    case signature
    case time
    /// There is none where one must be.
    case missing
    /// The other side found something wrong: its record's error.
    case refused(ResponseCode)
    /// The library failed.
    case failed
  }

  package let key: TSIGKey
  private let hmac: HMACKey
  private let originalID: UInt16
  /// The code of the message before; empty before the first.
  private var prior: [UInt8] = []
  private var isContinued = false
  /// Messages since the last signed one, which the next signature is for as well.
  private var unsigned: [UInt8] = []
  private var unsignedCount = 0

  /// A transaction whose query has the ID `id`; nil if the key has no secret.
  package init?(_ key: TSIGKey, id: UInt16) {
    guard let hmac = key.hmac else { return nil }
    self.key = key
    self.hmac = hmac
    originalID = id
  }

  /// Bytes that a signature takes in a message.
  package var recordBytes: Int {
    key.name.bytes.count + 26 + key.algorithm.name.bytes.count + key.algorithm.digest.bytes
      + Self.clockBytes
  }

  /// Bytes of the clock in an answer with BADTIME.
  private static let clockBytes = 6

  // MARK: - Signing

  /// Signs the message of `length` bytes in `room`, behind which the record is written; its length then,
  /// or nil if there is no room or the library fails. `error` of a response says why the query is not
  /// taken; with BADTIME `signedAt` is the query's time.
  package mutating func sign(
    _ room: inout MutableSpan<UInt8>, length: Int, seconds: UInt64,
    error: ResponseCode = .noError, signedAt: UInt64? = nil
  ) -> Int? {
    precondition(length >= DNSHeader.length && length <= room.count)
    var record = TSIGRecord(
      keyName: key.name, algorithm: key.algorithm.name,
      signedAtSeconds: (signedAt ?? seconds) & 0xffff_ffff_ffff,
      fudgeSeconds: NameServiceLimits.fudgeSeconds, originalID: originalID, error: error)
    if error == .badTime { record.other = Self.clock(seconds) }
    let count = room.span.uint16(at: 10) &+ 1
    room.store(count, at: 10)
    guard length + record.length + hmac.digest.bytes <= room.count,
      let code = hmac.code(of: bytes(room.span, record, end: length).span)
    else { return nil }
    record.mac = code
    var written: [UInt8] = []
    record.append(to: &written)
    room.copy(written.span, at: length)
    follow(code)
    return length + written.count
  }

  /// What the code is computed over: the one before, the message, and what the record says.
  private func bytes(_ message: Span<UInt8>, _ record: TSIGRecord, end: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    if !prior.isEmpty { TSIGRecord.appendPrior(mac: prior.span, to: &bytes) }
    bytes += unsigned
    record.appendMessage(message, end: end, to: &bytes)
    if isContinued { record.appendTimers(to: &bytes) } else { record.appendVariables(to: &bytes) }
    return bytes
  }

  private mutating func follow(_ code: [UInt8]) {
    // The query's code comes before the first response's, whose record is whole.
    isContinued = isResponseNext
    isResponseNext = true
    prior = code
    unsigned.removeAll()
    unsignedCount = 0
  }

  /// Whether the query has been signed or checked, so that responses follow.
  private var isResponseNext = false

  private static func clock(_ seconds: UInt64) -> [UInt8] {
    (0..<clockBytes).map { UInt8(truncatingIfNeeded: seconds >> UInt64(40 - 8 * $0)) }
  }

  // MARK: - Checking

  /// Checks the signature of a message, whose record `record` begins at `start`, at the time `seconds`.
  package mutating func check(
    _ message: Span<UInt8>, _ record: TSIGRecord, at start: Int, seconds: UInt64
  ) throws(Fault) {
    guard record.keyName == key.name, record.algorithm == key.algorithm.name else { throw .key }
    let count = record.mac.count
    guard count >= key.algorithm.leastBytes, count <= hmac.digest.bytes else {
      // Who refuses a query without knowing its key can't sign that.
      throw count == 0 && record.error != .noError ? .refused(record.error) : .malformed
    }
    guard
      hmac.authenticates(bytes(message, record, end: start).span, by: record.mac.span)
    else { throw .signature }
    follow(record.mac)
    if record.error != .noError { throw .refused(record.error) }
    let (signed, fudge) = (record.signedAtSeconds, UInt64(record.fudgeSeconds))
    guard signed <= seconds &+ fudge, seconds <= signed &+ fudge else { throw .time }
  }

  /// Checks a message of a transfer, of which not all need to be signed: the first, the last, and one of
  /// a hundred (RFC 8945 section 5.3.1).
  package mutating func check(
    _ message: Span<UInt8>, recordAt start: Int?, seconds: UInt64
  ) throws(Fault) {
    if let start {
      let record: TSIGRecord
      do throws(DNSError) { record = try TSIGRecord(message, at: start) } catch {
        throw .malformed
      }
      return try check(message, record, at: start, seconds: seconds)
    }
    guard isContinued, unsignedCount < NameServiceLimits.unsignedMessages else { throw .missing }
    unsignedCount += 1
    unsigned.append(message)
  }

  /// Whether the last message was signed.
  package var isSettled: Bool { unsignedCount == 0 }
}
