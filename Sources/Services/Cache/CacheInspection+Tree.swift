// What the cache says to those who look into it, as it travels to them.

package import ConfigurationTree
import Exchange
import HTTP
import Primitives

extension CacheInspection {
  /// The members of the answer to GET /v1/cache that are the cache's.
  package var members: [(String, ConfigurationValue?)] {
    let (now, hash) = (owner?.now ?? Instant(nanoseconds: 0), question.hash)
    return [
      ("answer", .string(answer.rawValue)), ("reason", .string(reason)),
      ("explanation", .string(explanation)), ("rule", rule.map { .integer($0) }),
      ("key", keyTree), ("keyHash", .string(Self.hexadecimal(hash))),
      ("owner", owner.map { .string($0.loop) }),
      (
        "unshareableSeconds",
        owner?.markedUntil.map { .integer(Int($0.nanoseconds(since: now) / 1_000_000_000) + 1) }
      ),
      ("isBeingFetched", .bool(owner?.isBeingFetched ?? false)),
      ("stored", .array(variants.map { $0.tree(question.policy) })),
    ]
  }

  private var keyTree: ConfigurationValue {
    let request = question.request
    var parts: [(String, ConfigurationValue?)] = [
      ("scheme", .string(request.scheme == .https ? "https" : "http")),
      ("host", .string(String(decoding: request.authority, as: UTF8.self))),
      ("target", .string(String(decoding: question.target, as: UTF8.self))),
    ]
    for (name, value) in question.policy.key?.describeParts(request.fields) ?? [] {
      parts.append((name, value.map { .string($0) } ?? ConfigurationValue(.null)))
    }
    return .object(parts)
  }

  private static func hexadecimal(_ hash: UInt64) -> String {
    var text: [UInt8] = []
    text.appendHexadecimal(hash)
    return String(decoding: text, as: UTF8.self)
  }
}

extension CacheInspection.Variant {
  func tree(_ policy: CachePolicy) -> ConfigurationValue {
    let head = response.head
    let fields = head.fields.fields
    return .object(
      [
        ("layer", .string(place)), ("loop", owner.map { .string($0) }),
        ("alsoOn", .array(fronts.map { .string($0) })),
        ("isSelected", .bool(isSelected)), ("status", .integer(Int(head.status))),
        ("ageSeconds", .integer(Int(clamping: response.freshness.ageSeconds(at: now)))),
        ("lifetimeSeconds", .integer(Int(clamping: response.freshness.lifetimeSeconds))),
        ("freshSeconds", .integer(Int(response.freshness.remainingSeconds(at: now)))),
      ] + staleTree(policy) + [
        ("etag", fields.text(.etag).map { .string($0) }),
        ("lastModified", fields.text(.lastModified).map { .string($0) }),
        ("cacheControl", fields.text(.cacheControl).map { .string($0) }),
        ("vary", varyTree), ("tags", .array(tags.map { .string($0) })),
      ] + (isOnDisk ? [] : memoryTree))
  }

  private var memoryTree: [(String, ConfigurationValue?)] {
    [
      ("bytes", .integer(response.body.count)), ("memoryBytes", .integer(response.cost)),
      ("isInFile", .bool(response.body.isInFile)), ("heat", .integer(Int(response.heat))),
    ]
  }

  /// How long it may be used once it is stale, and what forbids or spares a validation.
  private func staleTree(_ policy: CachePolicy) -> [(String, ConfigurationValue?)] {
    let uses: [(String, StaleUse)] = [
      ("whileRevalidateSeconds", .revalidating), ("ifErrorSeconds", .error),
      ("ifUnreachableSeconds", .unreachable),
    ]
    let head = response.head
    return [
      (
        "stale",
        .object(
          uses.map { name, use in
            let seconds = response.usableSeconds(use, policy.stale, at: now)
            return (name, .integer(Int(clamping: seconds)))
          })
      ),
      ("isValidatedAlways", .bool(head.noCache)), ("isImmutable", .bool(head.isImmutable)),
    ]
  }

  private var varyTree: ConfigurationValue {
    .object(
      response.head.selection.described.map { name, value in
        (name, value.map { .string($0) } ?? ConfigurationValue(.null))
      })
  }

  /// What the origin's Cache-Tag and Surrogate-Key fields name.
  private var tags: [String] {
    var tags: [String] = []
    guard let fields = response.head.replaced else { return tags }
    CacheTags.forEach(in: fields) { tag in
      tags.append(String(decoding: VaryNormalisation.copy(tag), as: UTF8.self))
    }
    return tags
  }
}
