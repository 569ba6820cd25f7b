// The look-ups of aliases' targets of the whole server.

package import DNS
package import Primitives
package import Runtime

/// Asks resolvers for the targets of all zones' aliases, on one thread that serves no tenant and never waits
/// for them. Each look-up is made once for all loops, and what came of it is told to all.
///
/// Confined to its loop but for `ask`.
package final class AliasLookups: @unchecked Sendable {
  /// Is told what a look-up came to. On `loop`.
  package typealias Listener = @Sendable (AliasQuestion, AliasFinding) -> Void
  /// Lets a zone pay for what a look-up took of `loop`. On that loop.
  package typealias Payment = @Sendable (LaneLedger, ZoneID) -> Void
  /// Is told what one look-up came to; nil if there is no resolver. On `loop`.
  package typealias Asker = @Sendable (AliasFinding?) -> Void

  let loop: EventLoop
  private let servers: @Sendable () -> [SocketAddress]
  private var known: (servers: [SocketAddress], until: Instant)?
  private var queue: AliasQueue
  private var underWay: [AliasQuestion: AliasLookup] = [:]
  private var recent = RecentAliases()
  /// Who waits for findings that no loop is told.
  private var askers: [AliasQuestion: [Asker]] = [:]
  private var isStarting = false
  private var listener: Listener?
  private var payment: Payment?

  /// Look-ups on `loop`, so many at once, which ask what `servers` gives: that may read a file.
  package init(
    loop: EventLoop, places: Int = NameServiceLimits.aliasLookups,
    servers: @escaping @Sendable () -> [SocketAddress]
  ) {
    self.loop = loop
    self.servers = servers
    queue = AliasQueue(places: places)
  }

  /// Tells `listener` of all that is found from now on. From any thread.
  package func tell(_ listener: @escaping Listener, payment: @escaping Payment) {
    loop.systemLane.post { [self] in
      self.listener = listener
      self.payment = payment
    }
  }

  /// Looks a name up when it is the turn of its zone, unless that is being done, or was done lately.
  /// From any thread.
  package func ask(_ question: AliasQuestion) {
    loop.systemLane.post { [self] in
      if let finding = recent.find(question, now: loop.now) {
        listener?(question, finding)
      } else if queue.add(question) {
        start()
      } else {
        listener?(question, .failed)
      }
    }
  }

  /// Looks up which DS records the zone above has for `apex` (in canonical wire form), the apex of the zone
  /// `zone`, or its name servers, whatever was found before. From any thread.
  package func askDelegations(
    of apex: [UInt8], zone: ZoneID, type: RecordType = .ds, then asker: @escaping Asker
  ) {
    let question = AliasQuestion(zone: zone, name: apex, type: type)
    loop.systemLane.post { [self] in
      guard !currentServers.isEmpty else { return asker(nil) }
      guard queue.add(question) else { return asker(.failed) }
      askers[question, default: []].append(asker)
      start()
    }
  }

  /// Look-ups that wait or are under way. On the loop.
  package var count: Int { queue.count }

  private func start() {
    // One that ends at once is followed by the next one here.
    guard !isStarting else { return }
    isStarting = true
    while let question = queue.next() {
      let lookup = AliasLookup(question, servers: currentServers, lookups: self)
      underWay[question] = lookup
      loop.charge(lookup.lane)
      lookup.begin()
      loop.charge(loop.systemLane)
    }
    isStarting = false
  }

  private var currentServers: [SocketAddress] {
    if let known, loop.now < known.until { return known.servers }
    let found = Array(servers().prefix(NameServiceLimits.resolvers))
    known = (found, loop.now + .seconds(NameServiceLimits.resolverListSeconds))
    return found
  }

  /// A look-up is over. Called on its lane, which pays no more.
  func ended(_ lookup: AliasLookup, _ finding: AliasFinding, wasAnswered: Bool) {
    loop.charge(loop.systemLane)
    underWay[lookup.question] = nil
    queue.ended(lookup.question, wasAnswered: wasAnswered)
    payment?(lookup.lane.ledger, lookup.question.zone)
    if let waiting = askers.removeValue(forKey: lookup.question) {
      for asker in waiting { asker(finding) }
    } else {
      recent.note(lookup.question, finding, now: loop.now)
      listener?(lookup.question, finding)
    }
    start()
  }
}
