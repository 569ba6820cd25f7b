// How long an origin may take.

package import ConfigurationTree

extension OriginConfiguration {
  /// How long an origin may take.
  package struct Timeouts: Equatable, Sendable {
    /// For a connection, TLS included.
    package var connect = Duration.milliseconds(5_000)

    /// From the request's end to the response's head.
    package var firstByte = Duration.milliseconds(60_000)

    /// Between two pieces of the response's content.
    package var idle = Duration.milliseconds(30_000)

    package init() {}
  }
}

extension OriginConfiguration.Timeouts {
  package static let keys = ["connectMilliseconds", "firstByteMilliseconds", "idleMilliseconds"]

  /// Takes the timeouts out of `value`; what is missing or wrong has its default.
  package init(_ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder) {
    self.init()
    guard let object = decoder.object(value, keys: Self.keys) else { return }
    // From "at once" to an hour.
    let range = 1...3_600_000
    if let given = decoder.integer("connectMilliseconds", in: object, range) {
      connect = .milliseconds(given)
    }
    if let given = decoder.integer("firstByteMilliseconds", in: object, range) {
      firstByte = .milliseconds(given)
    }
    if let given = decoder.integer("idleMilliseconds", in: object, range) {
      idle = .milliseconds(given)
    }
  }

  package var tree: ConfigurationValue {
    .object([
      ("connectMilliseconds", .integer(Self.milliseconds(connect))),
      ("firstByteMilliseconds", .integer(Self.milliseconds(firstByte))),
      ("idleMilliseconds", .integer(Self.milliseconds(idle))),
    ])
  }

  /// `duration` in whole milliseconds, without the rounding that division as `Double` has.
  package static func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}
