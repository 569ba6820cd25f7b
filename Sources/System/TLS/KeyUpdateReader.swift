// The only handshake message that a server takes after the handshake.

import Primitives

/// Reads KeyUpdate messages (RFC 8446 section 4.6.3) that records may have cut anywhere.
struct KeyUpdateReader {
  /// `key_update`, a length of 24 bits: 1.
  private static let header: InlineArray<4, UInt8> = [24, 0, 0, 1]
  private var count = 0

  /// Whether the last record ended within a message.
  var isPartial: Bool { count > 0 }

  /// Takes a record's content, which can't be empty (section 5.1). Whether a message is complete,
  /// and if so whether it asks for one of ours.
  mutating func take(_ content: Span<UInt8>) throws(RecordFault) -> Message {
    guard content.count > 0 else {
      throw RecordFault(.unexpectedMessage, "an empty handshake record")
    }
    for index in 0..<content.count {
      if count < Self.header.count {
        guard content[index] == Self.header[count] else {
          throw count == 0
            ? RecordFault(.unexpectedMessage, "a handshake message after the handshake")
            : RecordFault(.decodeError, "a KeyUpdate of a wrong length")
        }
        count += 1
        continue
      }
      // The next record has another key, so nothing may follow in this one (section 5.1).
      guard index == content.count - 1 else {
        throw RecordFault(.unexpectedMessage, "a handshake message over a change of keys")
      }
      guard content[index] <= 1 else {
        throw RecordFault(.illegalParameter, "a KeyUpdate that asks for something unknown")
      }
      count = 0
      return content[index] == 1 ? .updateRequested : .updateNotRequested
    }
    return .incomplete
  }

  /// What the bytes so far amount to.
  enum Message {
    case incomplete
    case updateNotRequested
    case updateRequested
  }
}
