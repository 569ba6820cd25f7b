// Cache directives of a request or a response.

import Primitives

/// The directives of Cache-Control (RFC 9111 section 5.2, RFC 5861, RFC 8246) or of a targeted
/// field (RFC 9213), which have the same meaning in another syntax.
package struct CacheControl: Equatable, Sendable {
  /// Directives without an argument.
  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Without field names; with them see `noCacheNames`.
    package static let noCache = Flags(rawValue: 1)
    package static let noStore = Flags(rawValue: 2)
    /// Without field names; with them see `privateNames`.
    package static let isPrivate = Flags(rawValue: 4)
    package static let isPublic = Flags(rawValue: 8)
    package static let mustRevalidate = Flags(rawValue: 16)
    package static let proxyRevalidate = Flags(rawValue: 32)
    package static let mustUnderstand = Flags(rawValue: 64)
    package static let noTransform = Flags(rawValue: 128)
    package static let immutable = Flags(rawValue: 256)
    package static let onlyIfCached = Flags(rawValue: 512)
    /// `max-stale` without an argument: any staleness.
    package static let maxStaleAny = Flags(rawValue: 1024)
  }

  package var flags: Flags = []

  /// Seconds, at most 2^31 (RFC 9111 section 1.2.2). Of repeated directives the first counts; an
  /// argument that is no number counts as 0, which is stale (section 4.2.1).
  package var maxAge: UInt32?
  package var sharedMaxAge: UInt32?
  package var staleWhileRevalidate: UInt32?
  package var staleIfError: UInt32?
  package var maxStale: UInt32?
  package var minFresh: UInt32?

  /// Field names, in lower case, of `no-cache="..."` and `private="..."`.
  package var noCacheNames: [[UInt8]] = []
  package var privateNames: [[UInt8]] = []

  package init() {}

  /// The directives of all Cache-Control lines of `fields`.
  package init(_ fields: borrowing FieldBlock) {
    for index in fields.entries.indices where fields.entries[index].name == .cacheControl {
      fields.withValue(at: index) { add($0) }
    }
  }

  /// Adds the directives of one field line.
  package mutating func add(_ value: Span<UInt8>) {
    value.forEachListMember { member in
      let end = member.first(0x3d, in: 0..<member.count)
      let name = member.extracting(0..<(end ?? member.count))
      guard name.isToken else { return }
      var argument: [UInt8]?
      if let end {
        argument = Self.unquoted(member.extracting((end + 1)..<member.count))
      }
      set(name, hasArgument: end != nil, argument)
    }
  }

  /// Sets a directive. `argument` is nil if there is none or if it is malformed.
  mutating func set(_ name: Span<UInt8>, hasArgument: Bool, _ argument: [UInt8]?) {
    guard let directive = CacheDirective(name) else { return }
    switch directive {
    case .flag(let flag): flags.insert(flag)
    case .noCache:
      if !Self.addNames(argument, to: &noCacheNames) { flags.insert(.noCache) }
    case .isPrivate:
      if !Self.addNames(argument, to: &privateNames) { flags.insert(.isPrivate) }
    case .maxStale where !hasArgument: flags.insert(.maxStaleAny)
    case .maxStale: Self.setFirst(&maxStale, argument)
    case .maxAge: Self.setFirst(&maxAge, argument)
    case .sharedMaxAge: Self.setFirst(&sharedMaxAge, argument)
    case .staleWhileRevalidate: Self.setFirst(&staleWhileRevalidate, argument)
    case .staleIfError: Self.setFirst(&staleIfError, argument)
    case .minFresh: Self.setFirst(&minFresh, argument)
    }
  }

  private static func setFirst(_ value: inout UInt32?, _ argument: [UInt8]?) {
    if value == nil { value = argument.flatMap { deltaSeconds($0.span) } ?? 0 }
  }

  /// Adds the names of a qualified directive; false if there are none, or too many to keep: then
  /// the directive counts as unqualified, which is stricter.
  private static func addNames(_ argument: [UInt8]?, to names: inout [[UInt8]]) -> Bool {
    guard let argument else { return false }
    var added: [[UInt8]] = []
    var isValid = true
    argument.span.forEachToken { name in
      if !name.isToken { isValid = false }
      added.append((0..<name.count).map { name[$0].asciiLowercased })
    }
    guard isValid, !added.isEmpty, names.count + added.count <= FieldLimits.qualifiedNames else {
      return false
    }
    names += added
    return true
  }

  /// `delta-seconds` (RFC 9111 section 1.2.2): what is too large counts as 2^31.
  package static func deltaSeconds(_ digits: Span<UInt8>) -> UInt32? {
    guard digits.count > 0 else { return nil }
    let most: UInt64 = 1 << 31
    var value: UInt64 = 0
    for index in 0..<digits.count {
      guard digits[index].isASCIIDigit else { return nil }
      value = min(value * 10 + UInt64(digits[index] - 0x30), most)
    }
    return UInt32(value)
  }

  /// The content of a token or a quoted string (RFC 9110 sections 5.6.2 and 5.6.4).
  private static func unquoted(_ text: Span<UInt8>) -> [UInt8]? {
    var content: [UInt8] = []
    guard text.count > 0, text[0] == 0x22 else {
      guard text.isToken else { return nil }
      content.append(text)
      return content
    }
    var index = 1
    while index < text.count - 1 {
      if text[index] == 0x22 { return nil }
      if text[index] == 0x5c { index += 1 }
      guard index < text.count - 1 else { return nil }
      content.append(text[index])
      index += 1
    }
    return text.count >= 2 && text[text.count - 1] == 0x22 ? content : nil
  }
}
