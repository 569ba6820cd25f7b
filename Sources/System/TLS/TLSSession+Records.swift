// Reading by our own record layer.

import COpenSSL
import Primitives

extension TLSSession {
  /// Opens records until the buffer is full, no whole record is left, or enough were opened.
  @unsafe final func readRecords(
    into buffer: UnsafeMutableRawBufferPointer, output: inout [UInt8]
  ) -> TLSReadOutcome {
    guard let records else { return .failed(failure ?? .notOpen) }
    defer { releaseKept() }
    var total = unsafe records.takeRest(into: buffer)
    var recordCount = 0
    while total < buffer.count, !receivedCloseNotify, stage == .open, !isEnough(&recordCount) {
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[total...])
      var content: RecordLayer.Content?
      do throws(RecordFault) {
        content = try unsafe openNext(records, into: room, mayStayAside: total == 0)
      } catch {
        _ = records.say(error.alert, output: &output)
        // What came before a failure is delivered; the failure is told by the next read.
        _ = fail(.protocolViolation(error.words))
      }
      switch content {
      case .data(let count): total += count
      case .nothing: break
      case .closeNotify: receivedCloseNotify = true
      case .alert(let number):
        _ = fail(TLSAlert(rawValue: number).map { .peerAlert($0) } ?? .peerAlertNumber(Int(number)))
      case nil: return outcome(total)
      }
    }
    return outcome(total)
  }

  private final func outcome(_ total: Int) -> TLSReadOutcome {
    if receivedCloseNotify { dropInput() }
    if total > 0 { return .bytes(total) }
    if stage == .failed { return .failed(failure ?? .notOpen) }
    return receivedCloseNotify ? .closeNotify : .needsInput
  }

  /// What the next record held; nil if there is no whole one, or none that fits behind what was
  /// read already.
  @unsafe private final func openNext(
    _ records: RecordLayer, into room: UnsafeMutableRawBufferPointer, mayStayAside: Bool
  ) throws(RecordFault) -> RecordLayer.Content? {
    guard let input = unsafe wire.pointee.input else { return nil }
    let available = unsafe wire.pointee.input_count
    // Safe: the wire's input is lent or kept, and has so many bytes.
    let header = unsafe Span(_unsafeStart: input, count: min(available, RecordFormat.headerBytes))
    guard let payload = try RecordLayer.payloadCount(header),
      available >= RecordFormat.headerBytes + payload
    else { return nil }
    let fits = room.count >= payload - RecordFormat.tagBytes
    guard fits || mayStayAside else { return nil }
    unsafe wire.pointee.input = input + RecordFormat.headerBytes + payload
    unsafe wire.pointee.input_count = available - RecordFormat.headerBytes - payload
    // Safe: what was consumed stays lent or kept until the read returns.
    if fits {
      return try unsafe records.open(
        input, payload: payload, into: room.assumingMemoryBound(to: UInt8.self))
    }
    let content = try unsafe records.openAside(input, payload: payload)
    guard case .data = content else { return content }
    return .data(unsafe records.takeRest(into: room))
  }
}
