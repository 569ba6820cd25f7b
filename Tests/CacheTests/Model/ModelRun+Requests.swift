// Requests of the model test, and what they must come to.

import Exchange
import HTTP

@testable import Cache

extension ModelRun {
  private func makeFields(_ path: String) -> [String: String] {
    var fields: [String: String] = [:]
    let control = pick([
      nil, nil, nil, nil, nil, nil, "no-cache", "no-store", "max-age=0", "max-age=5", "max-age=50",
      "min-fresh=5", "max-stale", "max-stale=10", "only-if-cached", "stale-if-error=100",
    ])
    fields["cache-control"] = control
    fields["foo"] = pick([nil, "1", "2"])
    fields["bar"] = pick([nil, nil, "1"])
    switch pick(Array(0..<12)) {
    case 0: fields["if-none-match"] = oracle.find(path, fields)?.fields["etag"] ?? "\"none\""
    case 1: fields["range"] = plan.isWide ? pick(ranges(path)) : "bytes=0-1"
    default: break
    }
    return fields
  }

  /// Parts that every content of the path has.
  private func ranges(_ path: String) -> [String] {
    let all = ["bytes=0-1", "bytes=0-", "bytes=2-3", "bytes=1-", "bytes=-4"]
    return plan.padding(path) == 0
      ? all : all + ["bytes=10000-10009", "bytes=100-19999", "bytes=-15000"]
  }

  func request() async -> String? {
    let methods = ["GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "POST"]
    let method = pick(plan.isWide && !happens(3) ? ["GET"] : methods)
    let path = pickPath()
    let fields = makeFields(path)
    let before = oracle.find(path, fields)
    _ = origin.take()
    let wasMarked = cache.isMarked(path)
    let reply = await cache.send(method, path, fields.map { ($0.key, $0.value) })
    let seen = Seen(
      method: method, path: path, fields: fields, wasMarked: wasMarked, reply: reply,
      exchanged: origin.take())
    counts.requests += 1
    note { [now, skew] in
      """
      \(method) \(path) \(fields) at \(now), \(skew) ahead
       marked \(wasMarked), got \(reply.status) \(reply.text.utf8.count) \(reply.text.prefix(60)) \(reply.fields)
       had \(before.map { "\($0)".prefix(400) } ?? "nothing") disk \(before?.isOnDisk ?? false)
       asked \(seen.exchanged)
      """
    }
    let fault = judgeWhole(seen, before)
    if plan.isWide { noteOf(path) }
    if fault != nil { await tellDisk(path) }
    if hasUsedStored { counts.stored += 1 }
    if hasUsedStored, reply.status == 206 { counts.parts += 1 }
    if plan.kills > 0 { history.note(path, oracle.entries[path] ?? [], at: counts.requests) }
    return fault
  }

  private func judgeWhole(_ seen: Seen, _ before: OracleCache.Entry?) -> String? {
    hasUsedStored = false
    guard seen.method != "POST", let before, before.isOnDisk else { return judge(seen, before) }
    return judgeOnDisk(seen, before)
  }

  /// One request and what came of it.
  private struct Seen {
    let method: String
    let path: String
    let fields: [String: String]
    /// Requests for the key did not wait for each other.
    let wasMarked: Bool
    let reply: Reply
    let exchanged: [ModelOrigin.Exchanged]

    /// It says that nothing was found.
    var hasMissed: Bool {
      let status = reply["cache-status"] ?? ""
      return status.contains("fwd=uri-miss") || status.contains("fwd=vary-miss")
    }

    /// It can't wait with others, so that what is on the disk moves to memory before anything else.
    var isPromoting: Bool {
      let wanted = OracleCache.Directives(fields["cache-control"])
      if method == "HEAD" || wanted.has("only-if-cached") || wanted.has("no-store") { return true }
      return fields["range"] != nil && wanted.asksForFresh
    }
  }

  /// As `judge` where what is stored is on the disk only: where responses could not be shared lately,
  /// requests are passed on without a look there, and it stays; if they fail, nothing says so.
  private func judgeOnDisk(_ seen: Seen, _ before: OracleCache.Entry) -> String? {
    guard seen.hasMissed || seen.wasMarked && seen.reply.failure != nil else {
      if let fault = judge(seen, before) { return fault }
      if hasUsedStored || seen.isPromoting {
        counts.diskUses += 1
        oracle.noteUse(seen.path, seen.fields)
      }
      return nil
    }
    guard seen.wasMarked else { return "what is on the disk was not found" }
    oracle.hide(seen.path, seen.fields)
    if let fault = judge(seen, nil) { return fault }
    oracle.show(seen.path, before)
    return nil
  }

  /// What is wrong with what came of a request, if `before` is what was stored for it.
  private func judge(_ seen: Seen, _ before: OracleCache.Entry?) -> String? {
    let (method, path, fields, reply) = (seen.method, seen.path, seen.fields, seen.reply)
    let exchanged = seen.exchanged
    if reply["cache-tag"] != nil || reply["surrogate-key"] != nil { return "tags were sent" }
    switch oracle.expect(method, path, fields, at: now) {
    case .refused:
      return reply.status == 504 && exchanged.isEmpty ? nil : "not refused"
    case .stored(let isValidating):
      guard exchanged.count == (isValidating ? 1 : 0) else {
        return "asked \(exchanged.count) times"
      }
      if isValidating {
        // On nobody's behalf, so without the client's directives.
        var own = fields
        own["cache-control"] = nil
        learn("GET", path, own, exchanged[0])
      }
      return check(reply, against: before, method, fields)
    case .asked:
      guard exchanged.count == 1 else { return "asked \(exchanged.count) times" }
      let mayBeStale = learn(method, path, fields, exchanged[0])
      return checkAsked(reply, mayBeStale, before, exchanged[0], method, path, fields)
    }
  }

  @discardableResult
  private func learn(
    _ method: String, _ path: String, _ fields: [String: String], _ exchanged: ModelOrigin.Exchanged
  ) -> Bool {
    if let answer = exchanged.answer {
      return oracle.note(method, path, fields, asked: exchanged.fields, answer)
    }
    guard method != "POST", let found = oracle.find(path, fields) else { return false }
    let isUsed = method == "GET" && OracleCache.Directives(fields["cache-control"]).has("no-store")
    if isUsed { return false }
    let wanted = OracleCache.Directives(method == "HEAD" ? nil : fields["cache-control"])
    return oracle.noteFailure(path, found, wanted, now, nil)
  }

  /// An answer that the origin had a part in.
  private func checkAsked(
    _ reply: Reply, _ mayBeStale: Bool, _ before: OracleCache.Entry?,
    _ exchanged: ModelOrigin.Exchanged, _ method: String, _ path: String,
    _ fields: [String: String]
  ) -> String? {
    if mayBeStale { return check(reply, against: before, method, fields) }
    guard let answer = exchanged.answer else { return reply.failure == nil ? "no failure" : nil }
    let isPassed = OracleCache.Directives(fields["cache-control"]).has("no-store")
    if answer.status == 304, !isPassed,
      fields["if-none-match"] == nil || before != nil && method == "GET",
      let before
    {
      return check(reply, against: oracle.find(path, fields) ?? before, method, fields)
    }
    if reply.status == 304 {
      return fields["if-none-match"] == answer.fields["etag"] ? nil : "304 without reason"
    }
    if reply.status == 206, answer.status == 200, let range = fields["range"] {
      return reply.text == Self.part(of: answer.body, range) ? nil : "another part"
    }
    if Int(reply.status) != answer.status { return "another status" }
    return method == "HEAD" || reply.text == answer.body ? nil : "another content"
  }

  /// An answer from a stored response.
  private func check(
    _ reply: Reply, against entry: OracleCache.Entry?, _ method: String, _ fields: [String: String]
  ) -> String? {
    guard let entry else { return "nothing was stored" }
    hasUsedStored = true
    guard reply["age"] == "\(max(0, OracleCache.age(entry, now)))" else { return "age" }
    if entry.status == 200, let tag = fields["if-none-match"], tag == entry.fields["etag"] {
      return reply.status == 304 && reply.body.isEmpty ? nil : "no 304"
    }
    if method == "HEAD" {
      return Int(reply.status) == entry.status && reply.body.isEmpty ? nil : "HEAD"
    }
    if entry.status == 200, let range = fields["range"] {
      return reply.status == 206 && reply.text == Self.part(of: entry.body, range) ? nil : "no part"
    }
    return Int(reply.status) == entry.status && reply.text == entry.body ? nil : "another response"
  }

  /// The part of a content that a range names (RFC 9110 section 14.1.2).
  private static func part(of body: String, _ range: String) -> String {
    let bytes = Array(body.utf8)
    let ends = range.dropFirst("bytes=".count).split(
      separator: "-", omittingEmptySubsequences: false)
    let (first, last) = (Int(ends[0]), Int(ends[1]))
    guard let first else { return String(decoding: bytes.suffix(last ?? 0), as: UTF8.self) }
    let end = min(bytes.count, (last ?? .max - 1) + 1)
    return String(decoding: bytes[min(first, end)..<end], as: UTF8.self)
  }
}
