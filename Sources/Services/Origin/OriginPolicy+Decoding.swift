// The keys of a zone's `originPool`.

package import ConfigurationTree

extension OriginPolicy {
  package static let keys = [
    "connectionsPerOrigin", "connections", "waitingExchanges", "waitMilliseconds",
    "idleMilliseconds", "maximumAgeMilliseconds", "exchangesPerConnection", "retries",
    "gatewayErrorsBeforeEjection", "http2", "healthCheck",
  ]

  /// Takes the policy out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    // Beyond the ports that one address has, no connection could be opened.
    let connections = 1...65_535
    if let given = decoder.integer("connectionsPerOrigin", in: object, connections) {
      connectionsPerOrigin = given
    }
    if let given = decoder.integer("connections", in: object, connections) {
      connectionsPerZone = given
    }
    if let given = decoder.integer("waitingExchanges", in: object, 0...1_000_000) {
      waitingExchanges = given
    }
    if let given = decoder.integer("exchangesPerConnection", in: object, 1...1_000_000_000) {
      exchangesPerConnection = given
    }
    // Each attempt may last as long as the origin's timeouts allow.
    if let given = decoder.integer("retries", in: object, 0...10) { retries = given }
    if let given = decoder.integer("gatewayErrorsBeforeEjection", in: object, 0...1_000) {
      gatewayErrorsBeforeEjection = given
    }
    if let given = decoder.bool("http2", in: object) { allowsHTTP2 = given }
    decoder.member("healthCheck", in: object) { value, decoder in
      healthCheck = OriginHealthCheck(value, &decoder)
    }
    decodeTimes(object, &decoder)
  }

  private mutating func decodeTimes(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    // From "at once" to an hour; a connection may live for a day.
    let hour = 1...3_600_000
    if let given = decoder.integer("waitMilliseconds", in: object, hour) {
      waitTimeout = .milliseconds(given)
    }
    if let given = decoder.integer("idleMilliseconds", in: object, hour) {
      idleTimeout = .milliseconds(given)
    }
    if let given = decoder.integer("maximumAgeMilliseconds", in: object, 1...86_400_000) {
      maximumConnectionAge = .milliseconds(given)
    }
  }

  package var tree: ConfigurationValue {
    .object([
      ("connectionsPerOrigin", .integer(connectionsPerOrigin)),
      ("connections", .integer(connectionsPerZone)),
      ("waitingExchanges", .integer(waitingExchanges)),
      ("waitMilliseconds", .integer(OriginConfiguration.Timeouts.milliseconds(waitTimeout))),
      ("idleMilliseconds", .integer(OriginConfiguration.Timeouts.milliseconds(idleTimeout))),
      (
        "maximumAgeMilliseconds",
        .integer(OriginConfiguration.Timeouts.milliseconds(maximumConnectionAge))
      ),
      ("exchangesPerConnection", .integer(exchangesPerConnection)),
      ("retries", .integer(retries)),
      ("gatewayErrorsBeforeEjection", .integer(gatewayErrorsBeforeEjection)),
      ("http2", .bool(allowsHTTP2)),
      ("healthCheck", healthCheck?.tree),
    ])
  }
}
