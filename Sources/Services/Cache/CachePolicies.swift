// Which settings hold for a request.

import HTTP
import Primitives

/// A zone's settings and its rules, compiled. Finding a request's policy allocates nothing.
package struct CachePolicies: Sendable {
  /// What most zones have: no word of their own.
  package static let standard = CachePolicies(CacheConfiguration())

  /// Whether responses are stored and reused at all.
  let isEnabled: Bool
  /// Some keys have parts beside the target.
  let hasKeyParts: Bool
  /// Some responses say how long they took.
  package let tellsTimes: Bool
  /// Whether the reserve is used for any responses.
  let usesReserve: Bool
  /// What holds where no rule fits.
  let usual: CachePolicy
  private let rules: [Rule]
  /// What holds for paths that an origin may understand as others, and for requests that take too
  /// long to find out about: nothing is stored of them or answered from the store.
  private let doubtful: CachePolicy?

  /// A rule, compiled.
  private struct Rule: Sendable {
    let paths: [TextPattern]
    let hosts: [TextPattern]
    let extensions: [[UInt8]]
    let policy: CachePolicy
  }

  /// Which settings hold for a request.
  enum Choice: Equatable, Sendable {
    case usual
    /// Those of the rule at that index.
    case rule(Int)
    /// An origin may take the path for another one.
    case doubtfulPath
    /// Finding out took too long.
    case tooLong
  }

  /// Compiles a zone's settings, which may take thousands of allocations: not on a loop.
  package init(_ configuration: CacheConfiguration) {
    isEnabled = configuration.isEnabled
    usual = CachePolicy(configuration.settings)
    rules = configuration.rules.map { rule in
      Rule(
        paths: rule.paths.map { TextPattern($0) }, hosts: rule.hosts.map { TextPattern($0) },
        extensions: rule.extensions.map { Array($0.utf8) },
        policy: CachePolicy(rule.overrides.applied(to: configuration.settings)))
    }
    hasKeyParts =
      usual.key?.hasParts ?? false || rules.contains { $0.policy.key?.hasParts ?? false }
    usesReserve =
      usual.settings.reserve.isEnabled || rules.contains { $0.policy.settings.reserve.isEnabled }
    tellsTimes = usual.settings.tellsTimes || rules.contains { $0.policy.settings.tellsTimes }
    let isPlain = rules.isEmpty && !usual.overrules
    var bypassed = configuration.settings
    bypassed.isBypassed = true
    doubtful = isPlain ? nil : CachePolicy(bypassed)
  }

  /// The policy of the first rule that fits, or the usual one.
  @inline(__always)
  func policy(for request: RequestHead, _ budget: inout StepBudget) -> CachePolicy {
    doubtful == nil ? usual : policy(choose(for: request, &budget))
  }

  func policy(_ choice: Choice) -> CachePolicy {
    switch choice {
    case .usual: usual
    case .rule(let index): rules[index].policy
    case .doubtfulPath, .tooLong: doubtful ?? usual
    }
  }

  /// The same with a budget for that alone: it depends on host and path only, so that it is the same
  /// for all requests for a target.
  func policy(for request: RequestHead) -> CachePolicy {
    var budget = StepBudget()
    return policy(for: request, &budget)
  }

  /// The first rule that fits, or what holds without one.
  func choose(for request: RequestHead, _ budget: inout StepBudget) -> Choice {
    guard doubtful != nil else { return .usual }
    let end = request.pathLengthBeforeQuery
    let path = request.path.span.extracting(0..<end)
    // `/static/..%2faccount` must not be kept as what `/static/*` names.
    if TargetPath.isDoubtful(path) { return .doubtfulPath }
    let host = request.authority.span.extracting(0..<request.hostLength)
    let name = TargetPath.fileExtension(path)
    for index in rules.indices {
      let isFitting = Self.fits(rules[index], path, host, name, &budget)
      if budget.isExhausted { return .tooLong }
      if isFitting { return .rule(index) }
    }
    return .usual
  }

  private static func fits(
    _ rule: Rule, _ path: Span<UInt8>, _ host: Span<UInt8>, _ name: Range<Int>,
    _ budget: inout StepBudget
  ) -> Bool {
    guard fits(rule.paths, path, &budget), fits(rule.hosts, host, &budget) else { return false }
    if rule.extensions.isEmpty { return true }
    return holds(rule.extensions, path.extracting(name), &budget)
  }

  private static func fits(
    _ patterns: [TextPattern], _ text: Span<UInt8>, _ budget: inout StepBudget
  ) -> Bool {
    if patterns.isEmpty { return true }
    for index in patterns.indices where !budget.isExhausted {
      if patterns[index].matches(text, &budget) { return true }
    }
    return false
  }

  private static func holds(
    _ names: [[UInt8]], _ name: Span<UInt8>, _ budget: inout StepBudget
  ) -> Bool {
    for known in names {
      budget.take(known.count == name.count ? name.count : 1)
      if !budget.isExhausted, name.equalsIgnoringCase(known.span) { return true }
    }
    return false
  }
}
