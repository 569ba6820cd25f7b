// Why a message was refused: the room's one closed error.

/// What is wrong with a message. Every case is the peer's fault and ends its connection (HTTP/1.1)
/// or stream (HTTP/2), since what follows can't be framed for sure.
package enum HTTPParseError: Error, Equatable, Sendable, CaseIterable {
  // The start line.
  case invalidRequestLine, requestLineTooLong, invalidMethod, methodTooLong, invalidTarget
  case schemeMismatch, invalidVersion, unsupportedVersion
  case invalidStatusLine, statusLineTooLong

  // Lines and fields.
  case bareCarriageReturn, bareLineFeed, controlCharacter, obsoleteFold
  case invalidFieldName, fieldNameTooLong, lookalikeFieldName, invalidFieldValue
  case fieldSectionTooLarge, tooManyFields

  // Host.
  case missingHost, duplicateHost, invalidHost, hostMismatch

  // Framing.
  case invalidContentLength, duplicateContentLength, lengthAndTransferEncoding
  case invalidTransferEncoding, unsupportedTransferCoding, transferEncodingNotAllowed

  // Bodies.
  case invalidChunkSize, chunkTooLarge, invalidChunkExtension, chunkExtensionsTooLarge
  case invalidChunkEnd, forbiddenTrailer, truncatedBody, bodyLengthMismatch

  // HTTP/2 header lists (RFC 9113 sections 8.2 and 8.3).
  case invalidPseudoHeader, duplicatePseudoHeader, misplacedPseudoHeader, missingPseudoHeader
  case connectionSpecificField

  /// The status that tells a client of it (RFC 9110 section 15). A proxy that reads a response
  /// answers 502 whatever the case is.
  package var status: UInt16 {
    switch self {
    case .requestLineTooLong: 414
    case .fieldNameTooLong, .fieldSectionTooLarge, .tooManyFields: 431
    case .methodTooLong, .unsupportedTransferCoding: 501
    case .unsupportedVersion: 505
    default: 400
    }
  }
}
