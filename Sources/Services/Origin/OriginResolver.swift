// Asking for the addresses of origins, beside the loops.

import Exchange
import Primitives
package import Runtime

/// The addresses of origins' names, for all zones of one loop. Names are looked up on other threads;
/// this loop never waits for one but in tasks.
package final class OriginResolver: @unchecked Sendable {
  // Confined to its loop.
  let loop: EventLoop
  private let lookups: NameLookups
  /// TLS towards origins, whose system-wide trust is read beside the loop like names.
  let security: OriginSecurity
  private var table = NameTable()
  private var waiting: [String: [Parker]] = [:]
  /// Who asked for the names that are not yet answered.
  private var asking: [String: Set<ZoneID>] = [:]

  /// For origins of zones on `loop`; files are read on `reader`, a storage loop.
  package init(loop: EventLoop, lookups: NameLookups, reader: EventLoop) {
    self.loop = loop
    self.lookups = lookups
    security = OriginSecurity(reader: reader)
  }

  /// The addresses of `host`, at once if they are known; else they are looked up at the expense of
  /// `zone`. Waits on `parker`.
  func addresses(
    of host: String, port: UInt16, for zone: ZoneID, parker: Parker
  ) async throws(Failure) -> [SocketAddress] {
    let deadline = loop.now + OriginLimits.lookupTimeout
    while true {
      switch table.lookUp(host, now: loop.now) {
      case .addresses(let found): return found.map { Self.at($0, port) }
      case .stale(let found):
        ask(host, for: zone)
        return found.map { Self.at($0, port) }
      case .failed(let reason): throw Failure(.dnsError, reason, isRetryable: true)
      case .unknown:
        ask(host, for: zone)
        if table.isDelayed(host, for: zone, now: loop.now) { throw Self.tooLong(host) }
      }
      waiting[host, default: []].append(parker)
      let outcome = await parker.park(until: deadline)
      waiting[host]?.removeAll { $0 === parker }
      if waiting[host]?.isEmpty == true { waiting[host] = nil }
      switch outcome {
      case .woken: continue
      case .cancelled: throw Failure(.clientAborted, "nobody waits for the response")
      case .timedOut:
        table.delayed(host, for: zone, now: loop.now)
        throw Self.tooLong(host)
      }
    }
  }

  private static func tooLong(_ host: String) -> Failure {
    Failure(.dnsTimeout, "looking up \(host) takes too long", isRetryable: true)
  }

  private static func at(_ address: SocketAddress, _ port: UInt16) -> SocketAddress {
    var address = address
    address.port = port
    return address
  }

  /// A name that another zone asked for is asked for again: its turn may come first.
  private func ask(_ host: String, for zone: ZoneID) {
    guard asking[host, default: []].insert(zone).inserted else { return }
    lookups.ask(host, for: zone, self)
  }

  /// The look-up of `host` has ended after `took`.
  func answered(
    _ host: String, _ answer: Result<[SocketAddress], RuntimeError>, took: Duration
  ) {
    asking[host] = nil
    switch answer {
    case .success(let found): table.resolved(host, found, now: loop.now)
    case .failure(let error):
      table.failed(host, error.description, took: took, now: loop.now)
    }
    for parker in waiting.removeValue(forKey: host) ?? [] { parker.wake() }
  }
}
