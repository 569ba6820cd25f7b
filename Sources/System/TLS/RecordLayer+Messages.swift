// What is no data: KeyUpdate and alerts, from the peer and from us.

import Primitives

extension RecordLayer {
  /// Acts upon a handshake record of the peer's.
  func takeMessages(_ content: Span<UInt8>) throws(RecordFault) {
    switch try message.take(content) {
    case .incomplete: return
    case .updateNotRequested: break
    case .updateRequested: owesKeyUpdate = true
    }
    receiving.update()
  }

  /// Reads an alert record of the peer's, which holds one whole alert (RFC 8446 section 5.1).
  func takeAlert(_ content: Span<UInt8>) throws(RecordFault) -> Content {
    guard content.count > 0 else { throw RecordFault(.unexpectedMessage, "an empty alert record") }
    guard content.count == 2 else { throw RecordFault(.decodeError, "an alert of a wrong length") }
    // The level is of no consequence (section 6).
    switch TLSAlert(rawValue: content[1]) {
    case .closeNotify: return .closeNotify
    // Followed by close_notify (section 6.1).
    case .userCanceled: return try idle()
    default: return .alert(content[1])
    }
  }

  /// Appends an alert: close_notify as a warning, every other as fatal. False if that failed.
  func say(_ alert: TLSAlert, output: inout [UInt8]) -> Bool {
    let bytes: InlineArray<2, UInt8> = [alert == .closeNotify ? 1 : 2, alert.rawValue]
    return seal(bytes.span, type: .alert, into: &output)
  }

  /// Appends a KeyUpdate that asks for nothing, and goes on with the next key.
  func updateKey(output: inout [UInt8]) -> Bool {
    let message: InlineArray<5, UInt8> = [24, 0, 0, 1, 0]
    guard seal(message.span, type: .handshake, into: &output) else { return false }
    sending.update()
    owesKeyUpdate = false
    return true
  }
}
