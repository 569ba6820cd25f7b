// Lists of names and patterns in a zone's `cache`.

import ConfigurationTree

extension ConfigurationDecoder {
  /// The member `key`: a list of tokens (RFC 9110 section 5.6.2), which may end in a star if that is
  /// said; nil if it is missing.
  mutating func names(
    _ key: String, in object: ConfigurationObject, _ remedy: String, star: Bool = false
  ) -> [String]? {
    texts(key, in: object, remedy) { text in
      var bytes = Array(text.utf8)
      if star, bytes.last == 0x2a { bytes.removeLast() }
      return !bytes.isEmpty && !bytes.contains(0x2a) && bytes.allSatisfy(Self.isTokenByte)
    }
  }

  /// The member `key`: a list of patterns, whose stars stand for any characters; nil if it is missing.
  mutating func patterns(
    _ key: String, in object: ConfigurationObject, begin: Character?
  ) -> [String]? {
    let remedy =
      begin == nil
      ? "Give a host; a star stands for any characters."
      : "Give a path that begins with a slash; a star stands for any characters."
    return texts(key, in: object, remedy) { text in
      let stars = text.utf8.count { $0 == 0x2a }
      return !text.isEmpty && stars <= CacheLimits.patternStars
        && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3f && $0 != 0x23 }
        && (begin == nil || text.first == begin || text.first == "*")
    }
  }

  /// The member `key`: a list of different language tags (RFC 5646 section 2.1); nil if it is
  /// missing.
  mutating func languages(_ key: String, in object: ConfigurationObject) -> [String]? {
    var known: Set<String> = []
    return texts(key, in: object, "Give a language tag, as de or pt-BR, each once.") { text in
      LanguageLookup.isTag(text) && known.insert(text.lowercased()).inserted
    }
  }

  private mutating func texts(
    _ key: String, in object: ConfigurationObject, _ remedy: String,
    _ isUsable: (String) -> Bool
  ) -> [String]? {
    var result: [String] = []
    let isList = list(key, in: object, limit: CacheLimits.listedNames) { value, decoder in
      guard case .string(let text) = value.content else {
        return decoder.report("is \(value.kind)", remedy, at: value.position)
      }
      guard text.utf8.count <= CacheLimits.patternBytes, isUsable(text) else {
        return decoder.report("is \"\(text)\"", remedy, at: value.position)
      }
      result.append(text)
    }
    return isList ? result : nil
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    let letter = byte | 0x20
    return letter >= 0x61 && letter <= 0x7a || byte >= 0x30 && byte <= 0x39
      || "!#$%&'*+-.^_`|~[]".utf8.contains(byte)
  }
}
