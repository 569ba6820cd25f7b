// The bytes of records (RFC 8446 section 5).

/// Lengths and numbers of the record layer's wire format.
enum RecordFormat {
  /// Type, version and length in front of every record.
  static let headerBytes = 5
  /// The tag of all three AEADs.
  static let tagBytes = 16
  /// The content's type, which stands behind it in every protected record.
  static let typeBytes = 1
  /// The longest content, its type and its padding together (section 5.4).
  static let innerBytes = Limits.recordPlaintextBytes + typeBytes
  /// The longest payload that can hold no more than that.
  static let payloadBytes = innerBytes + tagBytes
  /// What a record adds to its content, without padding.
  static let overheadBytes = headerBytes + typeBytes + tagBytes

  /// Types of content (section 5.1).
  enum ContentType: UInt8 {
    case alert = 21
    case handshake = 22
    case applicationData = 23
  }
}
