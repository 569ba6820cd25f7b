// Records out.

import COpenSSL
import Primitives

extension RecordLayer {
  /// Appends `plaintext` in as few records as can be. False if the library failed: then the session
  /// is of no more use.
  func write(_ plaintext: Span<UInt8>, output: inout [UInt8]) -> Bool {
    var position = 0
    while position < plaintext.count {
      if owesKeyUpdate || sending.sequence >= recordsPerKey {
        guard updateKey(output: &output) else { return false }
      }
      let end = min(position + Limits.recordPlaintextBytes, plaintext.count)
      guard
        seal(plaintext.extracting(position..<end), type: .applicationData, into: &output)
      else { return false }
      position = end
    }
    return true
  }

  /// Appends one record, encrypted straight into its place.
  func seal(
    _ content: Span<UInt8>, type: RecordFormat.ContentType, into output: inout [UInt8]
  ) -> Bool {
    precondition(content.count <= Limits.recordPlaintextBytes)
    let payload = content.count + RecordFormat.typeBytes + RecordFormat.tagBytes
    var isSealed = false
    output.append(addingCapacity: RecordFormat.headerBytes + payload) { span in
      // Safe: the room is for the header and exactly the payload, all of which is written.
      unsafe span.withUnsafeMutableBufferPointer { room, count in
        unsafe room[0] = RecordFormat.ContentType.applicationData.rawValue
        unsafe room[1] = 3
        unsafe room[2] = 3
        unsafe room[3] = UInt8(truncatingIfNeeded: payload >> 8)
        unsafe room[4] = UInt8(truncatingIfNeeded: payload)
        isSealed = unsafe content.withUnsafeBufferPointer { bytes in
          unsafe sending.withContext { context, nonce in
            unsafe skerry_record_seal(
              context, nonce, bytes.baseAddress, bytes.count, type.rawValue, room.baseAddress)
          }
        }
        if isSealed { count = RecordFormat.headerBytes + payload }
      }
    }
    if !isSealed { OpenSSL.forgetErrors() }
    return isSealed
  }
}
