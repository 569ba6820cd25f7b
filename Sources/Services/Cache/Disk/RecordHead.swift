// The head of a record: a stored response but for its body and its times.

import Exchange
import HTTP
import Primitives

/// What stands in the head of a record on the disk.
struct RecordHead: Sendable {
  let head: StoredHead
  /// How the body is divided, if it does not follow.
  let slices: Slices?
  /// It came from the reserve, which may have it still.
  let isInReserve: Bool

  init(_ head: StoredHead, _ slices: Slices?, isInReserve: Bool = false) {
    self.head = head
    self.slices = slices
    self.isInReserve = isInReserve
  }

  /// Another version is not read.
  private static let version: UInt64 = 1

  /// What is true of a response, and which parts of its head follow.
  private struct Flags: OptionSet {
    let rawValue: UInt64
    static let noCache = Flags(rawValue: 1)
    static let forbidsStale = Flags(rawValue: 2)
    static let isSharedLifetime = Flags(rawValue: 4)
    static let stripsSetCookie = Flags(rawValue: 8)
    static let replaces = Flags(rawValue: 16)
    static let isSliced = Flags(rawValue: 32)
    static let isImmutable = Flags(rawValue: 64)
    static let isForReserve = Flags(rawValue: 128)
    static let isInReserve = Flags(rawValue: 256)
  }

  /// The bytes of the record's head, under `identity`, by which it is told from others whose digest
  /// is the same; without its Date, which changes with each validation, if not `isDated`.
  func bytes(_ identity: [UInt8], isDated: Bool = true) -> [UInt8] {
    var encoder = RecordEncoder()
    encoder.append(Self.version)
    encoder.append(identity)
    encoder.append(UInt64(head.status))
    encoder.append(flags.rawValue)
    encoder.append(head.freshness.lifetimeSeconds)
    encoder.append(optional: head.staleWhileRevalidate)
    encoder.append(optional: head.staleIfError)
    encoder.append(optional: head.lastModified.map { UInt64(bitPattern: $0.seconds) })
    encoder.append(optional: head.browserSeconds)
    encoder.append(head.selection)
    var fields = head.fields.fields
    if !isDated { fields.remove(.date) }
    encoder.append(fields)
    encoder.append(UInt64(head.tags.count))
    for tag in head.tags { encoder.append(tag) }
    if let replaced = head.replaced { encoder.append(replaced) }
    if let slices {
      encoder.append(slices.id)
      encoder.append(UInt64(slices.count))
      encoder.append(UInt64(slices.sliceBytes))
    }
    return encoder.bytes
  }

  private var flags: Flags {
    var flags: Flags = []
    if head.noCache { flags.insert(.noCache) }
    if head.forbidsStale { flags.insert(.forbidsStale) }
    if head.isSharedLifetime { flags.insert(.isSharedLifetime) }
    if head.stripsSetCookie { flags.insert(.stripsSetCookie) }
    if head.replaced != nil { flags.insert(.replaces) }
    if slices != nil { flags.insert(.isSliced) }
    if head.isImmutable { flags.insert(.isImmutable) }
    if head.reserve != nil { flags.insert(.isForReserve) }
    if isInReserve { flags.insert(.isInReserve) }
    return flags
  }

  /// Under which identity a head was written; nil if it is none.
  static func identity(_ bytes: Span<UInt8>) -> [UInt8]? {
    var decoder = RecordDecoder(bytes)
    guard decoder.number() == version else { return nil }
    return decoder.content()
  }

  /// Under which identity a head was written that goes to the reserve; nil if it does not.
  static func identityForReserve(_ bytes: Span<UInt8>) -> [UInt8]? {
    var decoder = RecordDecoder(bytes)
    guard decoder.number() == version, let identity = decoder.content(), decoder.number() != nil,
      let flags = decoder.number(), Flags(rawValue: flags).contains(.isForReserve)
    else { return nil }
    return identity
  }

  /// What `bytes` gave under that identity; nil if it was another's, or is nothing of the kind. The
  /// response is as old as `times` make it.
  init?(
    _ bytes: Span<UInt8>, of identity: [UInt8], _ times: RecordTimes, now: Instant, wall: WallTime
  ) {
    var decoder = RecordDecoder(bytes)
    guard decoder.number() == Self.version, decoder.content(is: identity.span),
      let status = decoder.number(), let bits = decoder.number(), let lifetime = decoder.number()
    else { return nil }
    let flags = Flags(rawValue: bits)
    isInReserve = flags.contains(.isInReserve)
    let staleWhileRevalidate = decoder.optionalNumber()
    let staleIfError = decoder.optionalNumber()
    let lastModified = decoder.optionalNumber().map { WallTime(seconds: Int64(bitPattern: $0)) }
    let browserSeconds = decoder.optionalNumber()
    guard let selection = decoder.selection(), let fields = decoder.fields(),
      !fields.contains(.contentLength), !fields.contains(.transferEncoding),
      let tags = decoder.tags()
    else { return nil }
    let replaced = flags.contains(.replaces) ? decoder.fields() : nil
    slices = flags.contains(.isSliced) ? decoder.slices() : nil
    guard decoder.isAtEnd, flags.contains(.replaces) == (replaced != nil),
      flags.contains(.isSliced) == (slices != nil)
    else { return nil }
    head = StoredHead(
      status: UInt16(clamping: status), fields: StoredFields(fields),
      freshness: times.freshness(lifetimeSeconds: lifetime, now: now, wall: wall),
      noCache: flags.contains(.noCache), forbidsStale: flags.contains(.forbidsStale),
      isSharedLifetime: flags.contains(.isSharedLifetime),
      isImmutable: flags.contains(.isImmutable),
      staleWhileRevalidate: staleWhileRevalidate, staleIfError: staleIfError,
      lastModified: lastModified, selection: selection, browserSeconds: browserSeconds,
      replaced: replaced, stripsSetCookie: flags.contains(.stripsSetCookie), tags: tags,
      reserve: flags.contains(.isForReserve) ? ReserveRule() : nil)
  }
}

extension RecordEncoder {
  mutating func append(_ selection: VarySelection) {
    append(UInt64(selection.members.count))
    for member in selection.members {
      append(member.name)
      append(optional: member.raw)
      append(optional: member.normalised)
      append(member.sum)
    }
  }
}

extension RecordDecoder {
  @_lifetime(self: copy self)
  mutating func selection() -> VarySelection? {
    guard let count = number(), count <= UInt64(CacheLimits.varyMembers) else { return nil }
    var members: [VarySelection.Member] = []
    for _ in 0..<count {
      guard let name = content() else { return nil }
      let (raw, normalised) = (optionalContent(), optionalContent())
      guard let sum = number() else { return nil }
      members.append(
        VarySelection.Member(
          name: name, known: FieldName.find(name.span), raw: raw, normalised: normalised, sum: sum))
    }
    return VarySelection(members)
  }

  @_lifetime(self: copy self)
  mutating func tags() -> [UInt64]? {
    guard let count = number(), count <= UInt64(CacheLimits.tags) else { return nil }
    var tags: [UInt64] = []
    for _ in 0..<count {
      guard let tag = number() else { return nil }
      tags.append(tag)
    }
    return tags
  }

  @_lifetime(self: copy self)
  mutating func slices() -> Slices? {
    guard let id = number(), let count = number(), let size = number(),
      size > 0, size <= UInt64(CacheLimits.sliceBytes), count <= 1 << 40
    else { return nil }
    return Slices(id: id, count: Int(count), sliceBytes: Int(size))
  }
}
