// A shared cache as RFC 9111 tells it: no tables, no loops, no thought for speed.

/// The naive cache that the real one is compared with. Time is whole seconds of its own clock.
struct OracleCache {
  typealias Fields = [String: String]

  /// A stored response and what is known of it.
  struct Entry {
    /// The request's fields that Vary names.
    var selecting: [String: String?]
    var status: Int
    var fields: Fields
    var body: String
    var receivedAt: Int
    var failsUntil = 0
    /// Nil: the origin could not be reached. Else the status that it answered.
    var failure: Int?
    /// When it was purged softly.
    var endedAt: Int?

    var tags: [String] {
      let (tags, keys) = (fields["cache-tag"] ?? "", fields["surrogate-key"] ?? "")
      return tags.components(", ") + keys.components(" ")
    }
  }

  /// What is expected of an answer.
  enum Expectation: Equatable {
    /// From the store, as it is; `isValidating` if the origin is asked behind the client's back.
    case stored(isValidating: Bool)
    /// 504 without asking.
    case refused
    /// From the origin, or by its leave.
    case asked
  }

  private(set) var entries: [String: [Entry]] = [:]

  // MARK: - Section 4: may a stored response be used?

  /// The newest response whose selecting fields match (section 4.1).
  func find(_ path: String, _ request: Fields) -> Entry? {
    entries[path]?.first { entry in entry.selecting.allSatisfy { request[$0] == $1 } }
  }

  func expect(_ method: String, _ path: String, _ request: Fields, at now: Int) -> Expectation {
    guard method != "POST" else { return .asked }
    let wanted = Directives(request["cache-control"])
    if let entry = find(path, request) {
      if Self.isUsable(entry, wanted, now) { return .stored(isValidating: false) }
      let asksForFresh =
        wanted.has("no-cache") || wanted["max-age"] != nil || wanted["min-fresh"] != nil
      if !asksForFresh {
        if entry.failsUntil > now {
          if Self.allows(
            entry, entry.failure == nil ? "unreachable" : "stale-if-error", wanted, now)
          {
            return .stored(isValidating: false)
          }
        } else if Self.allows(entry, "stale-while-revalidate", wanted, now) {
          return .stored(isValidating: true)
        }
      }
    }
    return wanted.has("only-if-cached") ? .refused : .asked
  }

  /// Sections 4, 4.2 and 5.2.1.
  private static func isUsable(_ entry: Entry, _ wanted: Directives, _ now: Int) -> Bool {
    let said = Directives(entry.fields["cache-control"])
    if said.has("no-cache") || wanted.has("no-cache") { return false }
    let (age, remaining) = (age(entry, now), (lifetime(entry) ?? 0) - age(entry, now))
    if let most = wanted["max-age"], age > most || most == 0 { return false }
    if let least = wanted["min-fresh"], remaining < least { return false }
    if remaining > 0 { return true }
    if said.has("must-revalidate") || said.has("proxy-revalidate") || said["s-maxage"] != nil {
      return false
    }
    if let most = wanted["max-stale"] { return -remaining <= most }
    return wanted.has("max-stale")
  }

  /// Section 4.2.4 and RFC 5861.
  private static func allows(_ entry: Entry, _ reason: String, _ wanted: Directives, _ now: Int)
    -> Bool
  {
    let said = Directives(entry.fields["cache-control"])
    if said.has("no-cache") || said.has("must-revalidate") || said.has("proxy-revalidate") {
      return false
    }
    var grace = said[reason] ?? 0
    if reason != "stale-while-revalidate" {
      grace = max(said["stale-if-error"] ?? 0, wanted["stale-if-error"] ?? 0)
      if reason == "unreachable", said["s-maxage"] == nil { grace = max(grace, 86_400) }
    }
    return grace > 0 && age(entry, now) - (lifetime(entry) ?? 0) <= grace
  }

  /// Section 4.2.3; responses come without delay and are dated by the same clock.
  static func age(_ entry: Entry, _ now: Int) -> Int {
    (entry.fields["age"].flatMap { Int($0) } ?? 0) + now - entry.receivedAt
  }

  /// Sections 4.2.1 and 4.2.2; nil if nothing is said and nothing may be guessed.
  static func lifetime(_ entry: Entry) -> Int? {
    guard let lifetime = ownLifetime(entry), let end = entry.endedAt else {
      return ownLifetime(entry)
    }
    return min(lifetime, age(entry, max(end, entry.receivedAt)))
  }

  private static func ownLifetime(_ entry: Entry) -> Int? {
    let said = Directives(entry.fields["cache-control"])
    if let seconds = said["s-maxage"] ?? said["max-age"] { return seconds }
    let date = Int(entry.fields["date"] ?? "") ?? 0
    if let expires = entry.fields["expires"] { return max(0, (Int(expires) ?? 0) - date) }
    if let modified = entry.fields["last-modified"].flatMap({ Int($0) }), modified < date {
      return min((date - modified) / 10, 86_400)
    }
    return hasValidator(entry) ? 0 : nil
  }

  private static func hasValidator(_ entry: Entry) -> Bool {
    entry.fields["etag"] != nil || entry.fields["last-modified"] != nil
  }

  // MARK: - Section 3: storing

  /// The origin answered `method` for `path` with `answer`, which came at `answer.receivedAt`; `asked`
  /// are the fields that it got. True if the client may get a stale response in its place.
  mutating func note(
    _ method: String, _ path: String, _ request: Fields, asked: Fields, _ answer: Entry
  ) -> Bool {
    let wanted = Directives(request["cache-control"])
    let found = find(path, request)
    if method == "POST" {
      if answer.status < 400 { entries[path] = nil }
      return false
    }
    // What is passed on by the client's word is no business of the cache.
    if method == "GET", wanted.has("no-store") { return false }
    if answer.status == 503, let found {
      return noteFailure(
        path, found, method == "HEAD" ? Directives(nil) : wanted, answer.receivedAt, 503)
    }
    if method == "HEAD" {
      if let found { freshen(path, found, answer) }
      return false
    }
    // A part that must be fresh is asked for as it is, and answers nobody else.
    let mustBeFresh =
      wanted.has("no-cache") || wanted["max-age"] != nil || wanted["min-fresh"] != nil
    if request["range"] != nil && found == nil && mustBeFresh { return false }
    if answer.status == 304 {
      guard let found, asked["if-none-match"] == found.fields["etag"] else { return false }
      update(path, found, answer)
    } else if answer.status != 503 {
      store(path, answer)
    }
    return false
  }

  /// The origin failed; true if the stale response may be used.
  mutating func noteFailure(
    _ path: String, _ found: Entry, _ wanted: Directives, _ now: Int, _ status: Int?
  ) -> Bool {
    guard Self.allows(found, status == nil ? "unreachable" : "stale-if-error", wanted, now),
      let index = entries[path]?.firstIndex(where: { $0.selecting == found.selecting })
    else { return false }
    entries[path, default: []][index].failsUntil = now + 5
    entries[path, default: []][index].failure = status
    return true
  }

  private mutating func store(_ path: String, _ entry: Entry) {
    guard Self.isStorable(entry) else {
      // What was stale and is not valid any more goes.
      entries[path]?.removeAll {
        $0.selecting == entry.selecting
          && Self.age($0, entry.receivedAt) >= (Self.lifetime($0) ?? 0)
      }
      return
    }
    entries[path, default: []].removeAll { $0.selecting == entry.selecting }
    entries[path, default: []].insert(entry, at: 0)
  }

  private static func isStorable(_ entry: Entry) -> Bool {
    let said = Directives(entry.fields["cache-control"])
    if said.has("no-store") || said.has("private") { return false }
    guard let lifetime = lifetime(entry) else { return false }
    // What could never be used is not kept.
    return hasValidator(entry) || lifetime > 0 && !said.has("no-cache")
  }

  /// Section 3.2.
  private static func updated(_ entry: Entry, _ answer: Entry) -> Entry {
    var result = entry
    result.fields["age"] = nil
    for (name, value) in answer.fields { result.fields[name] = value }
    result.receivedAt = answer.receivedAt
    result.failsUntil = 0
    result.endedAt = nil
    return result
  }

  /// Section 4.3.4: a 304; what may not be stored any more is used this once.
  private mutating func update(_ path: String, _ found: Entry, _ answer: Entry) {
    entries[path, default: []].removeAll { $0.selecting == found.selecting }
    store(path, Self.updated(found, answer))
  }

  /// Section 4.3.5: an answer to HEAD.
  private mutating func freshen(_ path: String, _ found: Entry, _ answer: Entry) {
    guard answer.status == 200, found.status == 200 else { return }
    let isSame =
      answer.fields["etag"].map { $0 == found.fields["etag"] }
      ?? answer.fields["last-modified"].map { $0 == found.fields["last-modified"] } ?? true
    guard isSame, answer.body.utf8.count == found.body.utf8.count else {
      entries[path, default: []].removeAll { $0.selecting == found.selecting }
      return
    }
    let updated = Self.updated(found, answer)
    if Self.isStorable(updated) { store(path, updated) }
  }

  // MARK: - Purges

  /// Purges what `holds` for, softly if there is a time for it.
  mutating func purge(at end: Int?, where holds: (_ path: String, _ entry: Entry) -> Bool) {
    for (path, entries) in entries {
      for (index, entry) in entries.enumerated().reversed() where holds(path, entry) {
        if let end {
          self.entries[path, default: []][index].endedAt = end
        } else {
          self.entries[path, default: []].remove(at: index)
        }
      }
    }
  }

  /// Directives by name; those without a value have an empty one.
  struct Directives {
    private var values: [String: String] = [:]

    init(_ text: String?) {
      for member in (text ?? "").split(separator: ", ") {
        let parts = member.split(separator: "=")
        values[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
      }
    }

    func has(_ name: String) -> Bool { values[name] == "" }
    subscript(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    split(separator: separator).map { String($0) }
  }
}
