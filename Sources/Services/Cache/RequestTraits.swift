// What a request carries that the cache must look at.

import HTTP

/// Fields of a request that bear on how the cache answers, found in one pass.
struct RequestTraits: OptionSet {
  let rawValue: UInt8

  /// Cache-Control or Pragma.
  static let directives = RequestTraits(rawValue: 1)
  static let range = RequestTraits(rawValue: 2)
  static let ifNoneMatch = RequestTraits(rawValue: 4)
  static let ifModifiedSince = RequestTraits(rawValue: 8)
  static let authorization = RequestTraits(rawValue: 16)

  static let preconditions: RequestTraits = [.ifNoneMatch, .ifModifiedSince]

  init(rawValue: UInt8) { self.rawValue = rawValue }

  @inline(__always)
  init(_ fields: borrowing FieldBlock) {
    var traits: RequestTraits = []
    for index in fields.entries.indices {
      switch fields.entries[index].name {
      case .cacheControl, .pragma: traits.insert(.directives)
      case .range: traits.insert(.range)
      case .ifNoneMatch: traits.insert(.ifNoneMatch)
      case .ifModifiedSince: traits.insert(.ifModifiedSince)
      case .authorization: traits.insert(.authorization)
      default: break
      }
    }
    self = traits
  }
}
