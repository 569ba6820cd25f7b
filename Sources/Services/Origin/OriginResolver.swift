// Asking for the addresses of origins, beside the loops.

import Exchange
import Primitives
package import Runtime

/// The addresses of origins' names, for all zones of one loop. The system's resolver may block, so
/// it runs on another loop made for that; this one never waits for it but in tasks.
package final class OriginResolver: @unchecked Sendable {
  // Confined to its loop.
  private let loop: EventLoop
  private let resolver: EventLoop
  /// TLS towards origins, whose system-wide trust is read beside the loop like names.
  let security: OriginSecurity
  private var table = NameTable()
  private var waiting: [String: [Parker]] = [:]
  private var queued: [String] = []
  private var running = 0

  /// For origins of zones on `loop`; lookups run on `resolver`, a storage loop.
  package init(loop: EventLoop, resolver: EventLoop) {
    self.loop = loop
    self.resolver = resolver
    security = OriginSecurity(reader: resolver)
  }

  /// The addresses of `host`, at once if they are known. Waits on `parker`.
  func addresses(
    of host: String, port: UInt16, parker: Parker
  ) async throws(Failure) -> [SocketAddress] {
    let deadline = loop.now + OriginLimits.lookupTimeout
    while true {
      switch table.lookUp(host, now: loop.now) {
      case .addresses(let found): return found.map { Self.at($0, port) }
      case .stale(let found):
        ask(host)
        return found.map { Self.at($0, port) }
      case .failed(let reason): throw Failure(.dnsError, reason, isRetryable: true)
      case .unknown: ask(host)
      case .pending: break
      }
      waiting[host, default: []].append(parker)
      let outcome = await parker.park(until: deadline)
      waiting[host]?.removeAll { $0 === parker }
      if waiting[host]?.isEmpty == true { waiting[host] = nil }
      switch outcome {
      case .woken: continue
      case .cancelled: throw Failure(.clientAborted, "nobody waits for the response")
      case .timedOut:
        throw Failure(.dnsTimeout, "looking up \(host) took too long", isRetryable: true)
      }
    }
  }

  private static func at(_ address: SocketAddress, _ port: UInt16) -> SocketAddress {
    var address = address
    address.port = port
    return address
  }

  private func ask(_ host: String) {
    guard running < OriginLimits.concurrentLookups else {
      queued.append(host)
      return
    }
    running += 1
    // No capture list: the closure would lose the lane's isolation.
    loop.systemLane.start { await self.resolve(host) }
  }

  private func resolve(_ host: String) async {
    let answer = await resolver.perform { () -> Result<[SocketAddress], RuntimeError> in
      do throws(RuntimeError) {
        return .success(try Connect.resolve(host, port: 0))
      } catch {
        return .failure(error)
      }
    }
    switch answer {
    case .success(let found): table.resolved(host, found, now: loop.now)
    case .failure(let error): table.failed(host, error.description, now: loop.now)
    }
    for parker in waiting.removeValue(forKey: host) ?? [] { parker.wake() }
    running -= 1
    if !queued.isEmpty { ask(queued.removeFirst()) }
  }
}
