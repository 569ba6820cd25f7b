// Everything stored under one primary key.

import HTTP
import Primitives

/// The variants of one resource, newest first (RFC 9111 section 4.1). Confined to its shard's loop.
final class CachedResource {
  let hash: UInt64
  let key: [UInt8]
  private(set) var variants: [Variant] = [] {
    didSet { newest = variants.first?.response }
  }
  /// The first variant, kept beside the list: most resources have no other.
  private var newest: StoredResponse?

  /// A stored response with its node in the shard's eviction queues.
  struct Variant {
    let response: StoredResponse
    let node: Int32
  }

  init(hash: UInt64, key: [UInt8]) {
    self.hash = hash
    self.key = key
  }

  /// The newest response whose selecting fields are those of the request.
  @inline(__always)
  func select(_ fields: FieldBlock) -> StoredResponse? {
    if let newest, suits(newest, fields) { return newest }
    return variants.count > 1 ? selectOlder(fields) : nil
  }

  private func selectOlder(_ fields: FieldBlock) -> StoredResponse? {
    for index in 1..<variants.count where suits(variants[index].response, fields) {
      return variants[index].response
    }
    return nil
  }

  @inline(__always)
  private func suits(_ response: StoredResponse, _ fields: FieldBlock) -> Bool {
    // Others need not be judged by the purges since they were looked at.
    (response.head.selection.isEmpty || response.head.selection.matches(fields))
      && response.isCurrent
  }

  /// Puts a variant before those that came earlier: what is read from the disk may be older than what is there.
  func insert(_ variant: Variant) {
    let receivedAt = variant.response.head.freshness.receivedAt
    let index = variants.firstIndex { $0.response.head.freshness.receivedAt <= receivedAt }
    variants.insert(variant, at: index ?? variants.count)
  }

  /// Takes out a variant; nil if it is not there.
  func remove(_ response: StoredResponse) -> Variant? {
    guard let index = variants.firstIndex(where: { $0.response === response }) else { return nil }
    return variants.remove(at: index)
  }
}
