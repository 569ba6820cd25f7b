// Which settings hold for a request.

import HTTP
import Primitives

/// A zone's settings and its rules, compiled. Finding a request's policy allocates nothing.
struct CachePolicies: Sendable {
  /// What holds where no rule fits.
  let usual: CachePolicy
  private let rules: [Rule]
  /// What holds for paths that an origin may understand as others.
  private let doubtful: CachePolicy?

  /// A rule, compiled.
  private struct Rule: Sendable {
    let paths: [TextPattern]
    let hosts: [TextPattern]
    let extensions: [[UInt8]]
    let policy: CachePolicy
  }

  init(_ configuration: CacheConfiguration) {
    usual = CachePolicy(configuration.settings)
    rules = configuration.rules.map { rule in
      Rule(
        paths: rule.paths.map { TextPattern($0) }, hosts: rule.hosts.map { TextPattern($0) },
        extensions: rule.extensions.map { Array($0.utf8) },
        policy: CachePolicy(rule.overrides.applied(to: configuration.settings)))
    }
    let isPlain = rules.isEmpty && !usual.overrules
    var bypassed = configuration.settings
    bypassed.isBypassed = true
    doubtful = isPlain ? nil : CachePolicy(bypassed)
  }

  /// The policy of the first rule that fits, or the usual one.
  @inline(__always)
  func policy(for request: RequestHead) -> CachePolicy {
    doubtful == nil ? usual : select(request)
  }

  private func select(_ request: RequestHead) -> CachePolicy {
    let end = request.pathLengthBeforeQuery
    let path = request.path.span.extracting(0..<end)
    // `/static/..%2faccount` must not be kept as what `/static/*` names.
    if let doubtful, TargetPath.isDoubtful(path) { return doubtful }
    let host = request.authority.span.extracting(0..<request.hostLength)
    let name = TargetPath.fileExtension(path)
    for index in rules.indices where Self.fits(rules[index], path, host, name) {
      return rules[index].policy
    }
    return usual
  }

  private static func fits(
    _ rule: Rule, _ path: Span<UInt8>, _ host: Span<UInt8>, _ name: Range<Int>
  ) -> Bool {
    guard fits(rule.paths, path), fits(rule.hosts, host) else { return false }
    if rule.extensions.isEmpty { return true }
    return holds(rule.extensions, path.extracting(name))
  }

  private static func fits(_ patterns: [TextPattern], _ text: Span<UInt8>) -> Bool {
    if patterns.isEmpty { return true }
    for index in patterns.indices where patterns[index].matches(text) { return true }
    return false
  }

  private static func holds(_ names: [[UInt8]], _ name: Span<UInt8>) -> Bool {
    for known in names where name.equalsIgnoringCase(known.span) { return true }
    return false
  }
}
