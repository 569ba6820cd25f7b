// Asking the system's resolver, on threads made for that.

import Primitives
package import Runtime

/// Looks names up for the zones of all loops. The system's resolver may block for many seconds, so
/// each look-up has a thread to itself, and `LookupQueue` sees to it that no tenant takes them all.
package final class NameLookups: @unchecked Sendable {
  /// Asks for a host's addresses; may block.
  package typealias Lookup = @Sendable (String) -> Result<[SocketAddress], RuntimeError>

  // Confined to `loop`, but for `ask`.
  private let loop: EventLoop
  private let resolve: Lookup
  private var idle: [EventLoop]
  private var queue: LookupQueue
  private var waiting: [String: [OriginResolver]] = [:]

  /// Look-ups run on `threads`, which do nothing else; whose turn it is is decided on `loop`.
  package init(
    loop: EventLoop, threads: [EventLoop], resolve: @escaping Lookup = NameLookups.system
  ) {
    self.loop = loop
    self.resolve = resolve
    idle = threads
    queue = LookupQueue(threads: threads.count)
  }

  /// The system's resolver.
  package static let system: Lookup = { host in
    do throws(RuntimeError) { return .success(try Connect.resolve(host, port: 0)) } catch {
      return .failure(error)
    }
  }

  /// Has `host` looked up for `zone`; `resolver` is told the answer on its loop. From any loop.
  func ask(_ host: String, for zone: ZoneID, _ resolver: OriginResolver) {
    loop.systemLane.post {
      let asking = self.waiting[host] ?? []
      if !asking.contains(where: { $0 === resolver }) { self.waiting[host] = asking + [resolver] }
      self.queue.add(LookupQueue.Lookup(zone: zone, host: host))
      self.start()
    }
  }

  private func start() {
    while !idle.isEmpty, let lookup = queue.next(now: loop.now) {
      let thread = idle.removeLast()
      thread.systemLane.post { [resolve, loop] in
        let begun = SystemClock.monotonic
        let result = resolve(lookup.host)
        let took = Duration.nanoseconds(SystemClock.monotonic.nanoseconds(since: begun))
        loop.systemLane.post { self.ended(lookup, result, took, on: thread) }
      }
    }
  }

  private func ended(
    _ lookup: LookupQueue.Lookup, _ result: Result<[SocketAddress], RuntimeError>,
    _ took: Duration, on thread: EventLoop
  ) {
    idle.append(thread)
    queue.ended(lookup, took: took, now: loop.now)
    for resolver in waiting.removeValue(forKey: lookup.host) ?? [] {
      resolver.loop.systemLane.post { resolver.answered(lookup.host, result, took: took) }
    }
    start()
  }
}
