// A health check as it lies in an image.

import DNS
import Primitives

extension HealthCheck {
  /// Where things are: numbers of more than one byte have the highest first.
  private enum Place {
    static let kind = 0
    static let isUnverified = 1
    static let port = 2
    static let firstStatus = 4
    static let lastStatus = 6
    static let interval = 8
    static let timeout = 12
    static let failures = 16
    static let successes = 17
    static let hostLength = 18
    static let host = 19
  }

  /// The bytes that `init(_:)` reads.
  var encoded: [UInt8] {
    var bytes: [UInt8] = [kind.rawValue, verifiesCertificate ? 0 : 1]
    bytes.appendUInt16(port)
    bytes.appendUInt16(UInt16(truncatingIfNeeded: statuses.lowerBound))
    bytes.appendUInt16(UInt16(truncatingIfNeeded: statuses.upperBound))
    for number in [intervalMilliseconds, timeoutMilliseconds] {
      bytes.appendUInt16(UInt16(truncatingIfNeeded: number >> 16))
      bytes.appendUInt16(UInt16(truncatingIfNeeded: number))
    }
    bytes.append(UInt8(truncatingIfNeeded: failures))
    bytes.append(UInt8(truncatingIfNeeded: successes))
    let host = Array((host ?? "").utf8)
    bytes.append(UInt8(truncatingIfNeeded: host.count))
    return bytes + host + Array(path.utf8)
  }

  /// The check that `bytes` hold; nil if they hold none that configuration could have made.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count > Place.host, let kind = Kind(rawValue: bytes[Place.kind]),
      bytes[Place.isUnverified] <= 1
    else { return nil }
    let hostEnd = Place.host + Int(bytes[Place.hostLength])
    guard hostEnd < bytes.count else { return nil }
    self.init(kind, port: bytes.uint16(at: Place.port))
    verifiesCertificate = bytes[Place.isUnverified] == 0
    let status = (
      first: Int(bytes.uint16(at: Place.firstStatus)), last: Int(bytes.uint16(at: Place.lastStatus))
    )
    guard port > 0, status.first >= 200, status.first <= status.last, status.last < 600 else {
      return nil
    }
    statuses = status.first...status.last
    intervalMilliseconds = Int(bytes.uint32(at: Place.interval))
    timeoutMilliseconds = Int(bytes.uint32(at: Place.timeout))
    failures = Int(bytes[Place.failures])
    successes = Int(bytes[Place.successes])
    path = Self.text(bytes.extracting(hostEnd..<bytes.count))
    if hostEnd > Place.host {
      host = Self.text(bytes.extracting(Place.host..<hostEnd))
    }
    guard Self.intervals.contains(intervalMilliseconds),
      Self.timeouts.contains(timeoutMilliseconds), Self.thresholds.contains(failures),
      Self.thresholds.contains(successes), Self.isTarget(path), host.map(Self.isHost) ?? true
    else { return nil }
  }

  private static func text(_ bytes: Span<UInt8>) -> String {
    var copy: [UInt8] = []
    copy.append(bytes)
    return String(decoding: copy, as: UTF8.self)
  }
}
