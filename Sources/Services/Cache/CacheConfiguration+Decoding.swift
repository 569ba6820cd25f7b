// The keys of a zone's `cache`.

package import ConfigurationTree

extension CacheConfiguration {
  package static let keys = ["enabled"] + CacheOverrides.keys + ["rules"]

  /// Takes the settings out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    if let given = decoder.bool("enabled", in: object) { isEnabled = given }
    settings = CacheOverrides(object, &decoder).applied(to: settings)
    settings.reportUseless(object, &decoder)
    decoder.list("rules", in: object, limit: CacheLimits.rules) { value, decoder in
      if let rule = CacheRule.decode(value, &decoder, zone: settings) { rules.append(rule) }
    }
  }

  /// The settings as a tree, every key written out.
  package var tree: ConfigurationValue {
    .object(
      [("enabled", .bool(isEnabled))] + CacheOverrides(settings).members
        + [("rules", .array(rules.map(\.tree)))])
  }
}

extension CacheRule {
  private static let patternKeys = ["paths", "hosts", "extensions"]
  package static let keys = patternKeys + CacheOverrides.keys

  /// Takes a rule out of `value`, for a zone with those settings; nil, and noted, if it is not usable.
  static func decode(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder, zone: CacheSettings
  ) -> CacheRule? {
    guard let object = decoder.object(value, keys: keys) else { return nil }
    let before = decoder.faults.count
    var rule = CacheRule()
    rule.paths = decoder.patterns("paths", in: object, begin: "/") ?? []
    rule.hosts = decoder.patterns("hosts", in: object, begin: nil)?.map { $0.lowercased() } ?? []
    rule.extensions =
      decoder.names("extensions", in: object, "Write it without dot and star, as in css.")?
      .map { $0.lowercased() } ?? []
    if patternKeys.allSatisfy({ object.value($0) == nil }) {
      decoder.report(
        "fits no request in particular",
        "Give paths, hosts or extensions, or set it for the whole zone in cache.",
        at: value.position)
    }
    rule.overrides = CacheOverrides(object, &decoder)
    rule.overrides.applied(to: zone).reportUseless(object, &decoder)
    return decoder.faults.count == before ? rule : nil
  }

  var tree: ConfigurationValue {
    .object(
      [("paths", paths), ("hosts", hosts), ("extensions", extensions)].filter { !$0.1.isEmpty }
        .map { ($0.0, ConfigurationValue.array($0.1.map { .string($0) })) } + overrides.members)
  }
}

extension CacheSettings {
  /// Notes settings that can't do anything.
  func reportUseless(_ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder) {
    let hasLifetime =
      edgeSeconds != nil || statusLifetimes.contains { $0.edgeSeconds != nil }
      || object.value("edgeSeconds") != nil || object.value("statusSeconds") != nil
    if ignoresProhibitions, !hasLifetime, let value = object.value("everything") {
      decoder.at("everything") {
        $0.report(
          "is true, and nothing says for how long", "Give edgeSeconds or statusSeconds beside it.",
          at: value.position)
      }
    }
    guard key.query == .only || key.query == .except, key.queryNames.isEmpty else { return }
    if let value = object.value("key"), case .object(let members) = value.content,
      !members.contains(where: { $0.key == "queryNames" })
    {
      decoder.at("key") {
        $0.report(
          "has query: \(key.query.rawValue) without queryNames",
          "Name the parameters, or write query: all or none.", at: value.position)
      }
    }
  }
}
