// Why bytes or text were refused: the room's one closed error.

/// What is wrong with a message, a name, a record's content or a line of a zone file.
package enum DNSError: Error, Equatable, Sendable, CaseIterable {
  // Messages that are not answered at all, lest two servers answer each other for ever.
  case noHeader, notAQuery

  // What is not implemented.
  case unknownOpcode

  // The shape of messages.
  case truncatedMessage, trailingBytes, tooManyQuestions, tooManyRecords

  // Names on the wire.
  case labelTooLong, nameTooLong, unknownLabelType, badCompressionPointer, compressedQuestion

  // EDNS(0).
  case misplacedOPT, repeatedOPT, invalidOPTOwner, malformedOption, malformedCookie
  case malformedClientSubnet

  // TSIG.
  case misplacedTSIG, malformedTSIG

  // Contents of records.
  case invalidContent, contentTooLong

  // Presentation form: names and words.
  case emptyLabel, invalidEscape, relativeNameWithoutOrigin
  case unclosedQuote, misplacedQuote, unclosedParenthesis, unopenedParenthesis, tooManyParentheses
  case missingWord, extraWord

  // Presentation form: fields.
  case invalidNumber, invalidTTL, invalidTime, invalidAlgorithm, invalidIPv4Address
  case invalidIPv6Address, invalidTag, stringTooLong, invalidHexadecimal, invalidBase64
  case invalidBase32, invalidLocation, unknownParameter, invalidParameter, repeatedParameter
  case missingMandatoryParameter, invalidGateway, invalidPrefix, unknownType, genericFormNeeded,
    wrongGenericLength

  // Zone files.
  case entryTooLong, lineTooLong, tooManyZoneRecords, tooManyFaults
  case includeRefused, generateRefused, unknownDirective, missingOwner, missingTTL, metaType
  case otherClass

  /// The code of the response that tells the sender of it; nil where there must be silence.
  package var responseCode: ResponseCode? {
    switch self {
    case .noHeader, .notAQuery: nil
    case .unknownOpcode: .notImplemented
    default: .formatError
    }
  }
}
