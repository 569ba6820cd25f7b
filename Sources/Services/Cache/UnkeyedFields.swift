// What a request must not carry into a response that others get.

import HTTP
import Primitives

/// Fields by which frameworks let a request pretend another target, method or host. They are no part
/// of the key, so that one who sends them could plant a response for everybody (cache poisoning).
enum UnkeyedFields {
  /// Takes them out of a request whose response may be shared, but for those that are part of the
  /// zone's keys. The origin gets X-Forwarded-For, -Host and -Proto from us alone.
  static func remove(from request: inout RequestHead, _ plan: CacheKeyPlan?) {
    guard isAny(in: request.fields, plan) else { return }
    let fields = request.fields
    var index = -1
    request.fields.removeAll { _ in
      index += 1
      return isUnkeyed(index, of: fields, plan)
    }
  }

  /// Whether a request carries any of them.
  static func isAny(in fields: FieldBlock, _ plan: CacheKeyPlan?) -> Bool {
    for index in 0..<fields.count where isUnkeyed(index, of: fields, plan) { return true }
    return false
  }

  private static func isUnkeyed(
    _ index: Int, of fields: FieldBlock, _ plan: CacheKeyPlan?
  ) -> Bool {
    switch fields.entries[index].name {
    case .forwarded: return true
    case .other:
      let isNamed = fields.withName(at: index) { name in
        guard name.count >= shortest else { return false }
        for known in names where name.equalsIgnoringCase(known) { return true }
        return false
      }
      return isNamed && !(plan?.holds(fields, at: index) ?? false)
    default: return false
    }
  }

  /// Bytes of the shortest of `names`.
  private static let shortest = 6

  private static let names: [StaticString] = [
    "x-original-url", "x-rewrite-url", "x-original-uri", "x-original-host", "x-original-method",
    "x-host", "x-http-host-override", "x-forwarded-server", "x-forwarded-port",
    "x-forwarded-scheme", "x-forwarded-protocol", "x-forwarded-ssl", "x-forwarded-prefix",
    "x-forwarded-path", "x-forwarded-uri", "x-forwarded-method", "x-url-scheme", "x-scheme",
    "front-end-https", "x-http-method", "x-http-method-override", "x-method-override",
    "x-http-status-code-override", "x-script-name", "x-wap-profile", "base-url", "http-host",
    "request-uri", "skerry-device-type", "skerry-client-country", "x-middleware-prefetch",
    "x-nextjs-data", "x-invoke-path", "x-invoke-status",
  ]
}
