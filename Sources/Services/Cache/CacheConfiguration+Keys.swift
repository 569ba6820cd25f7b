// What decides keys.

extension CacheConfiguration {
  /// Some keys hold the client's country.
  package var tellsCountries: Bool {
    settings.key.tellsCountries || rules.contains { $0.overrides.keyCountry ?? false }
  }

  /// Whether every request has the same key by both.
  package func makesSameKeys(as other: CacheConfiguration) -> Bool { keysOnly == other.keysOnly }

  /// These settings without what has no say in keys.
  private var keysOnly: CacheConfiguration {
    func keysOnly(_ settings: CacheSettings) -> CacheSettings {
      var result = CacheSettings()
      result.key = settings.key
      return result
    }
    var result = CacheConfiguration()
    result.settings = keysOnly(settings)
    let usual = CacheOverrides(result.settings)
    result.rules = rules.map { rule in
      var rule = rule
      rule.overrides = CacheOverrides(keysOnly(rule.overrides.applied(to: settings)))
      return rule
    }
    // What none of them fits has the same key as what one of them does.
    while result.rules.last?.overrides == usual { result.rules.removeLast() }
    return result
  }
}
