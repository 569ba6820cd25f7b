// How a zone's origins are asked whether they are well.

package import ConfigurationTree

/// A request that each origin is sent now and then, and what is made of its answers. Per loop.
package struct OriginHealthCheck: Equatable, Sendable {
  /// Path and query of the request.
  package var path = "/"

  /// What Host says; nil: the origin's `hostHeader`, or the host of its URL.
  package var host: String?

  /// Between the beginnings of two requests to an origin.
  package var interval = Duration.seconds(10)

  /// From the beginning to the response's head; a later one is a failure.
  package var timeout = Duration.seconds(5)

  /// Statuses of an origin that is well.
  package var statuses = 200...399

  /// Failures in a row after which an origin is not well any more.
  package var failures = 3

  /// Good answers in a row after which it is well again.
  package var successes = 2

  package init() {}
}

extension OriginHealthCheck {
  package static let keys = [
    "path", "host", "intervalMilliseconds", "timeoutMilliseconds", "status", "failures",
    "successes",
  ]

  /// Takes the check out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    if let given = decoder.string("path", in: object) {
      path = given
      if !Self.isTarget(given) {
        decoder.at("path") {
          $0.report(
            "is \"\(given)\"", "Write a path that begins with /, without spaces.",
            at: object.value("path")?.position)
        }
      }
    }
    host = decoder.string("host", in: object)
    if let host, !OriginConfiguration.isAuthority(host) {
      decoder.at("host") {
        $0.report(
          "is \"\(host)\"", "Write a host name, with :PORT if the origin wants it.",
          at: object.value("host")?.position)
      }
    }
    // More often than once a second, on each core, would be a load of its own.
    if let given = decoder.integer("intervalMilliseconds", in: object, 1_000...3_600_000) {
      interval = .milliseconds(given)
    }
    if let given = decoder.integer("timeoutMilliseconds", in: object, 1...60_000) {
      timeout = .milliseconds(given)
    }
    if let given = decoder.statuses("status", in: object) { statuses = given.statuses }
    if let given = decoder.integer("failures", in: object, 1...100) { failures = given }
    if let given = decoder.integer("successes", in: object, 1...100) { successes = given }
  }

  /// RFC 9112 section 3.2.1, at most as long as a field.
  private static func isTarget(_ text: String) -> Bool {
    text.hasPrefix("/") && text.utf8.count <= OriginLimits.healthPathBytes
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x23 }
  }

  package var tree: ConfigurationValue {
    .object([
      ("path", .string(path)),
      ("host", host.map { .string($0) }),
      ("intervalMilliseconds", .integer(OriginConfiguration.Timeouts.milliseconds(interval))),
      ("timeoutMilliseconds", .integer(OriginConfiguration.Timeouts.milliseconds(timeout))),
      ("status", .string(StatusRange(statuses).text)),
      ("failures", .integer(failures)),
      ("successes", .integer(successes)),
    ])
  }
}
