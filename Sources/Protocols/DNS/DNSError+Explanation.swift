// table: what is wrong and how to mend it, for people.

extension DNSError {
  /// One sentence for the person who wrote a zone file or a record.
  package var explanation: StaticString {
    switch self {
    case .labelTooLong: "a part of a name has more than 63 bytes; shorten it"
    case .nameTooLong: "the name has more than 255 bytes with its origin; shorten it"
    case .emptyLabel: "a name has an empty part; remove the doubled or leading dot"
    case .invalidEscape: "a backslash is followed by one character or by three digits up to 255"
    case .relativeNameWithoutOrigin: "the name is relative to nothing; end it with a dot"
    case .invalidContent: "the bytes are not what this type has; check the hexadecimal digits"
    case .contentTooLong: "the content has more than 65,535 bytes; shorten it"
    case .unclosedQuote: "a quotation mark is open at the end of the line; close it"
    case .misplacedQuote:
      "a quotation mark stands within a word; put it before the word, or a backslash before it"
    case .unclosedParenthesis: "a parenthesis is open at the end of the file; close it"
    case .unopenedParenthesis: "a parenthesis is closed that was not opened; remove it"
    case .tooManyParentheses: "parentheses are nested too deeply; one pair is enough"
    case .entryTooLong: "the record is too long for any record; check its quotation marks"
    case .lineTooLong: "the line is too long for a zone file; is it one?"
    case .tooManyZoneRecords: "the file has more records than are read; split the zone"
    case .tooManyFaults: "there are more faults than are listed; mend these first"
    case .includeRefused: "$INCLUDE is not followed; put the other file's lines here"
    case .generateRefused: "$GENERATE is not known; write its records out"
    case .unknownDirective:
      "directives are $ORIGIN and $TTL; put a backslash before the $ of a name"
    case .missingWord: "the line ends too early; add what is missing behind this word"
    case .extraWord: "this word is too much; remove it, or put quotation marks around the text"
    case .missingOwner: "the first record needs a name at the line's beginning"
    case .missingTTL: "no TTL is told; add one here, or a line '$TTL 3600' above"
    case .invalidNumber: "a number is wanted here, in decimal digits and not too large"
    case .invalidTTL: "a time is wanted here: seconds up to 2147483647, or such as 1h30m"
    case .invalidTime: "a time is wanted here: YYYYMMDDHHmmSS in UTC, or seconds since 1970"
    case .invalidAlgorithm:
      "a DNSSEC algorithm is wanted here: its number, or such as ECDSAP256SHA256"
    case .invalidIPv4Address: "an IPv4 address is wanted here, such as 192.0.2.1"
    case .invalidIPv6Address: "an IPv6 address is wanted here, such as 2001:db8::1"
    case .invalidTag: "a tag of letters and digits is wanted here, such as issue"
    case .stringTooLong: "a text has more than 255 bytes; split it into several in quotation marks"
    case .invalidHexadecimal: "an even number of hexadecimal digits is wanted here"
    case .invalidBase64: "base64 is wanted here, with its padding"
    case .invalidBase32: "base32 with the extended hexadecimal alphabet is wanted here"
    case .unknownType:
      "this is no type of record, class or TTL; types without a name are written TYPE123"
    case .genericFormNeeded: "the content of this type is written \\# LENGTH HEXADECIMAL"
    case .wrongGenericLength: "the length is not that of the digits behind it; count their pairs"
    case .metaType: "this type stands in queries only and can't be a zone's record; remove it"
    case .otherClass: "the class must be IN"
    case .invalidLocation: "a place is wanted here, such as 51 30 12.7 N 0 7 39.6 W 10m"
    case .invalidGateway:
      "the kind of the gateway is 0 with '.', 1, 2 or 3 for IPv4, IPv6 or a name"
    case .invalidPrefix:
      "an address prefix is wanted here, such as 1:192.0.2.0/24 or !2:2001:db8::/32"
    case .unknownParameter: "this is no service parameter; those without a name are written key123"
    case .invalidParameter: "the value is not what this service parameter has"
    case .repeatedParameter: "this service parameter is there twice; remove one"
    case .missingMandatoryParameter:
      "mandatory= or no-default-alpn wants a parameter that is not there; add or remove it"
    default: "the message is malformed"
    }
  }
}
