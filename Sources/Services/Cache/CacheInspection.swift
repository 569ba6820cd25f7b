// What the cache says to those who look into it.

import HTTP
import Primitives

/// What the cache would do with a request, and what it has for it.
package struct CacheInspection: Sendable {
  /// What a request like this gets.
  package enum Answer: String, Sendable {
    /// What is stored, as it is.
    case hit
    /// What is stored, though it is stale.
    case stale
    /// What is stored, if the origin says that it is still valid.
    case revalidation
    /// What another request is fetching.
    case collapsed
    /// What the origin answers, which is stored if it may be.
    case miss
    /// What the origin answers, and nobody else gets it.
    case pass
  }

  package let answer: Answer
  /// Why, for programs.
  package let reason: String
  /// Why, in sentences.
  package let explanation: String
  /// Which of the zone's rules holds, from 0; nil: none.
  package let rule: Int?
  /// The client's country is part of the key.
  package var tellsCountries: Bool { question.policy.key?.tellsCountries ?? false }
  let question: CacheQuestion
  let owner: ShardFinding?
  let variants: [Variant]

  /// A stored response and where it is.
  struct Variant: Sendable {
    let response: StoredResponse
    /// It is the one that answers the request, if one does.
    let isSelected: Bool
    /// It is on the disk only, or in the reserve.
    let isOnDisk: Bool
    /// The loop that it belongs to; nil if that has it no more.
    let owner: String?
    /// Loops that refer to it.
    let fronts: [String]
    let now: Instant

    /// Where it is, for programs.
    var place: String {
      guard isOnDisk else { return "ram" }
      return response.isFromReserve ? "reserve" : "disk"
    }
  }

  /// `onDisk` is what the disk has for the key, all that is in memory as well included.
  init(_ question: CacheQuestion, _ findings: [ShardFinding], _ onDisk: [StoredResponse]) {
    self.question = question
    let owner = findings.first(where: \.isOwner)
    self.owner = owner
    if case .rule(let index) = question.choice { rule = index } else { rule = nil }
    variants = Self.variants(question, findings, onDisk)
    let verdict = Self.verdict(question, findings, variants.first(where: \.isSelected))
    (answer, reason, explanation) = (verdict.0, verdict.1, verdict.2)
  }

  private static func variants(
    _ question: CacheQuestion, _ findings: [ShardFinding], _ onDisk: [StoredResponse]
  ) -> [Variant] {
    guard question.obstacle == nil else { return [] }
    var all: [StoredResponse] = []
    for finding in findings.sorted(by: { $0.isOwner && !$1.isOwner }) {
      for response in finding.stored where !all.contains(where: { $0 === response }) {
        all.append(response)
      }
    }
    let inMemory = all.count
    all += onDisk.filter { response in
      !all.contains { $0.head.selection.isEqual(to: response.head.selection) }
    }
    let chosen = all.first { $0.head.selection.matches(question.request.fields) }
    return all.enumerated().map { index, response in
      let having = findings.filter { finding in finding.stored.contains { $0 === response } }
      return Variant(
        response: response, isSelected: response === chosen, isOnDisk: index >= inMemory,
        owner: having.first(where: \.isOwner)?.loop,
        fronts: having.filter { !$0.isOwner }.map(\.loop),
        now: findings.first(where: \.isOwner)?.now ?? Instant(nanoseconds: 0))
    }
  }

  // MARK: - Why

  private typealias Verdict = (Answer, String, String)

  private static func verdict(
    _ question: CacheQuestion, _ findings: [ShardFinding], _ selected: Variant?
  ) -> Verdict {
    if let obstacle = question.obstacle { return (.pass, obstacle.code, obstacle.text) }
    guard let owner = findings.first(where: \.isOwner) else {
      return (.miss, "notStored", "The cache has ended.")
    }
    let traits = RequestTraits(question.request.fields)
    let directives =
      traits.contains(.directives) ? RequestDirectives(question.request.fields) : nil
    let stored = selected.map { verdict(question, owner, $0.response, traits, directives) }
    if let stored, selected?.isOnDisk == false { return stored }
    if directives?.noStore ?? false {
      return (.pass, "request", "The request has Cache-Control: no-store.")
    }
    let missing = missing(question, owner, findings)
    // Where it is no miss in memory, nobody looks on the disk.
    guard missing.0 == .miss, let stored else { return missing }
    let place = selected?.response.isFromReserve == true ? "reserve" : "disk"
    return (stored.0, stored.1, "From the \(place): \(stored.2)")
  }

  private static func verdict(
    _ question: CacheQuestion, _ owner: ShardFinding, _ stored: StoredResponse,
    _ traits: RequestTraits, _ directives: RequestDirectives?
  ) -> Verdict {
    let now = owner.now
    let remaining = stored.freshness.remainingSeconds(at: now)
    switch stored.usability(directives, at: now) {
    case .fresh: return (.hit, "fresh", "It is stored, and fresh for \(remaining) seconds more.")
    case .staleAccepted:
      return (.stale, "maxStale", "It is stored, and the request takes what is stale.")
    case .validate: break
    }
    if !traits.contains(.authorization),
      stored.answersAtOnce(question.policy.stale, directives, at: now)
    {
      return stored.failing(at: now) == nil
        ? (.stale, "staleWhileRevalidate", "It is stale, and served while it is validated.")
        : (.stale, "originFailed", "It is stale, and the origin failed a moment ago.")
    }
    if stored.head.noCache {
      return (.revalidation, "noCache", "The response asks to be validated on each use (no-cache).")
    }
    if remaining > 0 {
      return (.revalidation, "request", "It is fresh, but the request asks for a validation.")
    }
    return (.revalidation, "stale", "It has been stale for \(-remaining) seconds.")
  }

  private static func missing(
    _ question: CacheQuestion, _ owner: ShardFinding, _ findings: [ShardFinding]
  ) -> Verdict {
    if owner.isBeingFetched {
      return (.collapsed, "beingFetched", "It is being fetched now.")
    }
    let refusal = findings.compactMap(\.refusal).max { $0.instant < $1.instant }
    let last = refusal.map { refusal in
      let seconds = owner.now.nanoseconds(since: refusal.instant) / 1_000_000_000
      return " \(seconds) seconds ago a response was not stored: \(refusal.reason.text)"
    }
    let marked = findings.compactMap(\.markedUntil).max().map { until in
      until.nanoseconds(since: owner.now) / 1_000_000_000 + 1
    }
    if let marked {
      return (
        .pass, "unshareable",
        "Its responses could not be shared lately: requests do not wait for each other for "
          + "\(marked) seconds more.\(last ?? "")"
      )
    }
    if let last { return (.miss, "refused", "Nothing is stored.\(last)") }
    guard owner.stored.isEmpty else {
      return (.miss, "variants", "Only variants are stored that other request fields select.")
    }
    return (
      .miss, "notStored",
      "Nothing is stored: nobody has asked for it, it made room for others, or it was purged or "
        + "invalidated."
    )
  }
}

extension StorageRules.Refusal {
  /// A sentence for people.
  var text: String {
    switch self {
    case .status: "its status is not one that may be stored."
    case .requestNoStore: "its request had Cache-Control: no-store."
    case .noStore: "it has Cache-Control: no-store."
    case .isPrivate: "it has Cache-Control: private."
    case .authorization:
      "its request had Authorization, and it does not say public, s-maxage or must-revalidate."
    case .varies: "it has Vary: *, or varies by more than is kept."
    case .setCookie: "it has Set-Cookie."
    case .noLifetime: "nothing gives it a lifetime, or it is over and can't be validated."
    case .tags: "it has more tags (Cache-Tag, Surrogate-Key) than are kept."
    case .contentType: "its Content-Type is not that of the file that its path names."
    case .tooLarge:
      "it is larger than what is kept (maximumObjectBytes, or its share of the memory)."
    case .range: "it is another part than was asked for, or of another version."
    }
  }
}
