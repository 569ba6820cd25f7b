// The origin of the model test: a few resources that change.

import Exchange
import HTTP
import Primitives

/// Answers for resources whose versions, words on caching and health a test changes.
final class ModelOrigin: Sendable {
  /// One resource.
  struct Resource {
    var version = 0
    var control: String?
    var expires: Int?
    var age: Int?
    var vary: [String] = []
    var hasTag = false
    var hasDate = false
    var status = 200
    var tags: String?
    var keys: String?
    /// Bytes that its content has more.
    var padding = 0
  }

  /// What was asked and answered.
  struct Exchanged {
    let fields: [String: String]
    /// Nil if it could not be reached.
    let answer: OracleCache.Entry?
  }

  private struct State {
    var resources: [String: Resource] = [:]
    var now = 0
    /// How far the cache's wall clock is ahead.
    var skew = 0
    var health = 200
    var exchanged: [Exchanged] = []
  }

  private let state = Guarded(State())
  static let names = ["cache-control", "if-none-match", "if-modified-since", "range", "foo", "bar"]

  func change(_ path: String, _ body: (inout Resource) -> Void) {
    state.withLock { body(&$0.resources[path, default: Resource()]) }
  }

  /// 200, 503, or 0 for what can't be reached.
  func setHealth(_ status: Int) { state.withLock { $0.health = status } }

  func setTime(_ now: Int, skew: Int) {
    state.withLock {
      $0.now = now
      $0.skew = skew
    }
  }

  var count: Int { state.withLock { $0.exchanged.count } }

  /// What was exchanged since the last call.
  func take() -> [Exchanged] {
    state.withLock { state in
      defer { state.exchanged = [] }
      return state.exchanged
    }
  }

  func answer(_ fetch: Fetch) throws(Failure) -> FetchedResponse {
    let asked = Self.fields(of: fetch.request)
    let entry = state.withLock { state -> OracleCache.Entry? in
      let path = String(decoding: fetch.request.path, as: UTF8.self)
      let entry = Self.entry(state.resources[path] ?? Resource(), path, asked, state)
      state.exchanged.append(Exchanged(fields: asked, answer: entry))
      return entry
    }
    guard let entry else { throw Failure(.connectionRefused, "") }
    let hasBody = entry.status != 304
    let body = Bytes(Array(entry.body.utf8))
    return FetchedResponse(
      head: Self.head(entry),
      body: hasBody && fetch.request.method != .head ? .bytes(body) : .none,
      contentLength: hasBody ? UInt64(body.count) : nil)
  }

  private static func entry(
    _ resource: Resource, _ path: String, _ asked: [String: String], _ state: State
  ) -> OracleCache.Entry? {
    if state.health == 0 { return nil }
    let selecting = Dictionary(uniqueKeysWithValues: resource.vary.map { ($0, asked[$0]) })
    let variant = resource.vary.map { asked[$0] ?? "-" }.joined(separator: ",")
    var fields = ["date": "\(state.now)"]
    func answer(_ status: Int, _ body: String) -> OracleCache.Entry {
      let age = max(fields["age"].flatMap { Int($0) } ?? 0, state.skew)
      return OracleCache.Entry(
        selecting: selecting, status: status, fields: fields, body: body, receivedAt: state.now,
        initialAge: age, receivedWall: state.now + state.skew, recordedAge: age)
    }
    guard state.health == 200 else { return answer(state.health, "away") }
    fields["cache-control"] = resource.control
    fields["cache-tag"] = resource.tags
    fields["surrogate-key"] = resource.keys
    fields["expires"] = resource.expires.map { "\(state.now + $0)" }
    fields["age"] = resource.age.map { "\($0)" }
    if !resource.vary.isEmpty { fields["vary"] = resource.vary.joined(separator: ", ") }
    if resource.hasTag {
      fields["etag"] = "\"\(resource.version) \(variant)\"".replacing(" ", with: "/")
    }
    if resource.hasDate { fields["last-modified"] = "\(1_000_000_000 + resource.version * 10)" }
    let isSame =
      asked["if-none-match"].map { $0 == fields["etag"] }
      ?? asked["if-modified-since"].map { fields["last-modified"] == "\(seconds($0))" } ?? false
    return answer(
      isSame && resource.status == 200 ? 304 : resource.status,
      "\(path) \(resource.version) \(variant)" + padding(resource.padding))
  }

  private static let filler = Array(String(repeating: "0123456789 ", count: 20_000).utf8)

  private static func padding(_ count: Int) -> String {
    count == 0 ? "" : String(decoding: filler[..<count], as: UTF8.self)
  }

  // MARK: - Between the model's fields and real ones

  private static let dates: Set<String> = ["date", "expires", "last-modified"]

  static func text(_ seconds: Int) -> String {
    var bytes: [UInt8] = []
    HTTPDate.append(WallTime(seconds: Int64(seconds)), to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func seconds(_ text: String) -> Int64 {
    HTTPDate.parse(Array(text.utf8).span, now: WallTime(seconds: 0))?.seconds ?? -1
  }

  private static func head(_ entry: OracleCache.Entry) -> ResponseHead {
    var head = ResponseHead(status: UInt16(entry.status))
    for (name, value) in entry.fields {
      head.fields.append(name, dates.contains(name) ? text(Int(value) ?? 0) : value)
    }
    return head
  }

  static func fields(of request: RequestHead) -> [String: String] {
    var result: [String: String] = [:]
    for name in names {
      for index in request.fields.entries.indices {
        var (own, value): ([UInt8], [UInt8]) = ([], [])
        request.fields.withName(at: index) { own.append($0) }
        request.fields.withValue(at: index) { value.append($0) }
        if String(decoding: own, as: UTF8.self).lowercased() == name {
          result[name] = String(decoding: value, as: UTF8.self)
        }
      }
    }
    return result
  }
}
