// TLS 1.3 after the handshake: records in, records out.

import COpenSSL
import Primitives

/// The record layer of an endpoint whose handshake is complete (RFC 8446 sections 4.6.3, 5 and 6).
///
/// Bytes in, bytes out; it keeps no ciphertext. After a fault it must be used no more, except for
/// `alert`. Confined to the loop of its connection.
final class RecordLayer {
  let receiving: TrafficKeys
  let sending: TrafficKeys
  /// A KeyUpdate of the peer's that is not complete yet, because records may cut messages.
  var message = KeyUpdateReader()
  /// Whether the peer asked for a KeyUpdate of ours, which then comes before our next data. One
  /// answers any number of requests, so that a peer that does not read can't pile answers up.
  var owesKeyUpdate = false
  /// Records without data since the last data.
  private var idleRecords = 0
  let recordsPerKey: UInt64

  /// The part of a record's content that its reader had no room for.
  private var rest: [UInt8] = []
  private var restStart = 0

  init(
    receiving: TrafficKeys, sending: TrafficKeys, recordsPerKey: UInt64 = Limits.recordsPerKey
  ) {
    precondition(!receiving.isSealing && sending.isSealing)
    self.receiving = receiving
    self.sending = sending
    self.recordsPerKey = recordsPerKey
  }

  deinit { rest.wipe() }

  /// What came in a record.
  enum Content: Equatable {
    /// So many bytes of data, at least one.
    case data(Int)
    /// Nothing for the reader.
    case nothing
    case closeNotify
    /// The peer ended the session with the alert of this number.
    case alert(UInt8)
  }

  // MARK: Headers

  /// The length of the record that begins with `header`; nil while its header is not complete.
  static func payloadCount(_ header: Span<UInt8>) throws(RecordFault) -> Int? {
    guard header.count > 0 else { return nil }
    // No plaintext record and no change_cipher_spec after the handshake (section 5).
    guard header[0] == RecordFormat.ContentType.applicationData.rawValue else {
      throw RecordFault(.unexpectedMessage, "an unprotected record")
    }
    guard header.count >= RecordFormat.headerBytes else { return nil }
    // The version is only authenticated (section 5.1).
    let count = Int(header[3]) << 8 | Int(header[4])
    guard count <= RecordFormat.payloadBytes else {
      throw RecordFault(.recordOverflow, "a record that is too long")
    }
    guard count >= RecordFormat.typeBytes + RecordFormat.tagBytes else {
      throw RecordFault(.badRecordMAC, "a record that is too short")
    }
    return count
  }

  // MARK: Opening

  /// Decrypts the record of `count` bytes of payload at `record` into `buffer`, which has room for
  /// its content, type and padding, and acts upon what is not data.
  @unsafe func open(
    _ record: UnsafePointer<UInt8>, payload count: Int,
    into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws(RecordFault) -> Content {
    let innerCount = count - RecordFormat.tagBytes
    precondition(innerCount > 0 && buffer.count >= innerCount)
    // Safe: header and payload are lent by the caller, and the buffer has room for what comes out.
    let isAuthentic = unsafe receiving.withContext { context, nonce in
      unsafe skerry_record_open(context, nonce, record, count, buffer.baseAddress)
    }
    guard isAuthentic else {
      OpenSSL.forgetErrors()
      unsafe OPENSSL_cleanse(buffer.baseAddress, innerCount)
      throw RecordFault(.badRecordMAC, "a record that is not authentic")
    }
    // Section 5.4: the content's type is the last byte that is not zero.
    var end = innerCount
    while end > 0, unsafe buffer[end - 1] == 0 { end -= 1 }
    guard end > 0 else { throw RecordFault(.unexpectedMessage, "a record of padding only") }
    let type = unsafe RecordFormat.ContentType(rawValue: buffer[end - 1])
    let content = unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: buffer[..<(end - 1)]))
    return try take(content, of: type)
  }

  private func take(
    _ content: Span<UInt8>, of type: RecordFormat.ContentType?
  ) throws(RecordFault) -> Content {
    switch type {
    case .applicationData:
      guard !message.isPartial else {
        throw RecordFault(.unexpectedMessage, "data within a handshake message")
      }
      guard content.count > 0 else { return try idle() }
      idleRecords = 0
      return .data(content.count)
    case .handshake:
      try takeMessages(content)
      return try idle()
    case .alert: return try takeAlert(content)
    case nil: throw RecordFault(.unexpectedMessage, "a record of unknown type")
    }
  }

  /// Counts what has no data for the reader (`Limits.idleRecords`).
  func idle() throws(RecordFault) -> Content {
    idleRecords += 1
    guard idleRecords <= Limits.idleRecords else {
      throw RecordFault(.unexpectedMessage, "too many records without data")
    }
    return .nothing
  }

  // MARK: What the reader had no room for

  /// Bytes of content that wait for the reader.
  var restCount: Int { rest.count - restStart }

  /// As `open`, for a reader without room for all of the record; the content waits in `rest`.
  @unsafe func openAside(
    _ record: UnsafePointer<UInt8>, payload count: Int
  ) throws(RecordFault) -> Content {
    precondition(restCount == 0)
    rest = [UInt8](repeating: 0, count: count - RecordFormat.tagBytes)
    restStart = 0
    // A copy on the stack of the array's owner, so that `open` has this object to itself.
    var aside: [UInt8] = []
    swap(&aside, &rest)
    var failure: RecordFault?
    var content = Content.nothing
    // Safe: the pointer is used within the closure only.
    unsafe aside.withUnsafeMutableBufferPointer { buffer in
      do throws(RecordFault) {
        content = try unsafe open(record, payload: count, into: buffer)
      } catch { failure = error }
    }
    if let failure { throw failure }
    guard case .data(let length) = content else { return content }
    aside.removeLast(aside.count - length)
    rest = aside
    return content
  }

  /// Moves as much of the rest as fits to the front of `buffer`; how much that was.
  @unsafe func takeRest(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(restCount, buffer.count)
    guard count > 0 else { return 0 }
    // Safe: `count` bytes are there and fit.
    unsafe rest.withUnsafeBytes { bytes in
      unsafe buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[restStart..<restStart + count]))
    }
    restStart += count
    if restCount == 0 {
      rest.wipe()
      rest = []
      restStart = 0
    }
    return count
  }
}

extension [UInt8] {
  /// Overwrites secret bytes, in a way that the compiler can't leave out.
  fileprivate mutating func wipe() {
    guard !isEmpty else { return }
    // Safe: exactly the array's own bytes.
    unsafe withUnsafeMutableBufferPointer { bytes in
      unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    }
  }
}
