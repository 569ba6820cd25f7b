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
    /// By the Age field or by Date and the cache's wall clock (section 4.2.3).
    var initialAge = 0
    /// What a record on the disk says: when it was received by the cache's wall clock, and its age then.
    var receivedWall = 0
    var recordedAge = 0
    /// It was not used since a restart.
    var isOnDisk = false
    var failsUntil = 0
    /// Nil: the origin could not be reached. Else the status that it answered.
    var failure: Int?
    /// When it was purged softly, and the cache's wall clock then.
    var endedAt: Int?
    var endedWall = 0

    var tags: [String] {
      let (tags, keys) = (fields["cache-tag"] ?? "", fields["surrogate-key"] ?? "")
      return tags.components(", ") + keys.components(" ")
    }

    mutating func lookAtClock(_ now: Int, wall: Int) {
      let elapsed = wall - receivedWall
      receivedAt = now - max(0, elapsed)
      initialAge = recordedAge
      if elapsed < 0 { initialAge = max(recordedAge, OracleCache.ownLifetime(self) ?? 0) }
    }

    /// It is put on the disk as it is stored: it is fresh for long enough.
    var isOnDiskSoon: Bool { (OracleCache.ownLifetime(self) ?? 0) >= 10 }
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
    entries[path]?.first { Self.suits($0, request) }
  }

  func expect(_ method: String, _ path: String, _ request: Fields, at now: Int) -> Expectation {
    guard method != "POST" else { return .asked }
    let wanted = Directives(request["cache-control"])
    if let entry = find(path, request) {
      if Self.isUsable(entry, wanted, now) { return .stored(isValidating: false) }
      if !wanted.asksForFresh {
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

  /// Section 4.2.3; responses come without delay.
  static func age(_ entry: Entry, _ now: Int) -> Int {
    entry.initialAge + now - entry.receivedAt
  }

  /// Sections 4.2.1 and 4.2.2; nil if nothing is said and nothing may be guessed.
  static func lifetime(_ entry: Entry) -> Int? {
    guard let lifetime = ownLifetime(entry), let end = entry.endedAt else {
      return ownLifetime(entry)
    }
    return min(lifetime, age(entry, max(end, entry.receivedAt)))
  }

  static func ownLifetime(_ entry: Entry) -> Int? {
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
    // A part that was asked for as it is, no slice around it, answers nobody else.
    if let range = request["range"], found == nil, asked["range"] == range { return false }
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
    result.initialAge = answer.initialAge
    result.receivedWall = answer.receivedWall
    result.recordedAge = answer.recordedAge
    result.isOnDisk = false
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

  // MARK: - Restarts

  /// The process ends: what is fresh for long enough is on the disk.
  mutating func close() { begin(with: entries) }

  /// Another process begins with what of `entries` is on the disk.
  mutating func begin(with entries: [String: [Entry]]) {
    self.entries = entries.mapValues { entries in
      entries.filter(\.isOnDiskSoon).map { entry in
        var entry = entry
        entry.isOnDisk = true
        entry.failsUntil = 0
        return entry
      }
    }
  }

  /// Another process begins: by the wall clock alone it is known how long ago something was purged.
  mutating func open(_ now: Int, wall: Int) {
    for (path, entries) in entries {
      for (index, entry) in entries.enumerated() where entry.endedAt != nil {
        self.entries[path, default: []][index].endedAt = now - max(0, wall - entry.endedWall)
      }
    }
  }

  /// The age of what is on the disk is told by the wall clock alone; if that was set back, it is stale.
  mutating func lookAtClock(_ now: Int, wall: Int) {
    for place in entries.values.indices {
      for index in entries.values[place].indices where entries.values[place][index].isOnDisk {
        entries.values[place][index].lookAtClock(now, wall: wall)
      }
    }
  }

  /// What a request found has moved to memory.
  mutating func noteUse(_ path: String, _ request: Fields) {
    guard let index = entries[path]?.firstIndex(where: { Self.suits($0, request) }) else { return }
    entries[path, default: []][index].isOnDisk = false
  }

  /// Takes out what a request finds, which the cache did not look for.
  mutating func hide(_ path: String, _ request: Fields) {
    entries[path]?.removeAll { Self.suits($0, request) }
  }

  /// Puts what was hidden back, unless something has taken its place.
  mutating func show(_ path: String, _ entry: Entry) {
    guard !entries[path, default: []].contains(where: { $0.selecting == entry.selecting }) else {
      return
    }
    entries[path, default: []].append(entry)
  }

  private static func suits(_ entry: Entry, _ request: Fields) -> Bool {
    entry.selecting.allSatisfy { request[$0] == $1 }
  }

  // MARK: - Purges

  /// Purges what `holds` for, softly if there is a time for it.
  mutating func purge(
    at end: (at: Int, wall: Int)?, where holds: (_ path: String, _ entry: Entry) -> Bool
  ) {
    for place in entries.indices {
      let path = entries[place].key
      Self.purge(&entries.values[place], at: end) { holds(path, $0) }
    }
  }

  static func purge(
    _ entries: inout [Entry], at end: (at: Int, wall: Int)?, where holds: (Entry) -> Bool
  ) {
    for index in entries.indices.reversed() where holds(entries[index]) {
      if let end {
        (entries[index].endedAt, entries[index].endedWall) = (end.at, end.wall)
      } else {
        entries.remove(at: index)
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
    var asksForFresh: Bool { has("no-cache") || self["max-age"] != nil || self["min-fresh"] != nil }
    subscript(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    split(separator: separator).map { String($0) }
  }
}
