// Names that are not in the loop's table.

import Exchange
import HTTP
package import HTTPServer
import Origin
import Primitives
import Runtime
import Storage
import TLS

extension Gateway {
  /// A request whose host is in no table: known to be unknown, or looked up while it waits.
  func handleUnlisted(_ exchange: Exchange, _ host: [UInt8]) -> Handling {
    if unknown.find(host.span) != nil { return misdirected(exchange) }
    guard
      enqueue(
        host, from: exchange.lane,
        { lookup in
          guard lookup.exchanges.count < GatewayLimits.requestsPerLookup else { return false }
          lookup.exchanges.append(exchange)
          return true
        })
    else { return refuse(exchange, Failure(.overloaded, "too many look-ups of host names")) }
    return .pending
  }

  /// Adds somebody of `source` who waits for `host`, and starts the look-up if it is not under way.
  func enqueue(_ host: [UInt8], from source: Lane, _ add: (inout Lookup) -> Bool) -> Bool {
    if var lookup = lookups[host] {
      let isAdded = add(&lookup)
      lookups[host] = lookup
      return isAdded
    }
    let begun = lookupsBySource[ObjectIdentifier(source), default: 0]
    guard lookups.count < GatewayLimits.lookupsUnderWay, begun < GatewayLimits.lookupsPerSource
    else { return false }
    var lookup = Lookup(source: source)
    guard add(&lookup) else { return false }
    lookups[host] = lookup
    lookupsBySource[ObjectIdentifier(source)] = begun + 1
    loop.systemLane.start { await self.find(host) }
    return true
  }

  /// Looks again if a change has come into force here that the look-up can't have seen.
  private func find(_ host: [UInt8]) async {
    var finding = await directory.find(host)
    while finding.sequence < appliedSequence { finding = await directory.find(host) }
    await found(host, finding.found)
  }

  private func found(_ host: [UInt8], _ found: ZoneDirectory.Found) async {
    guard let lookup = lookups.removeValue(forKey: host) else { return }
    let source = ObjectIdentifier(lookup.source)
    let others = lookupsBySource[source, default: 1] - 1
    lookupsBySource[source] = others == 0 ? nil : others
    switch found {
    case .zone(let snapshot):
      let zone = activate(snapshot)
      list(host, zone)
      for exchange in lookup.exchanges { answer(exchange) { serve(exchange, zone) } }
      for handshake in lookup.handshakes { askForContext(zone, handshake) }
    case .unknown:
      if unknown.count >= GatewayLimits.unknownNames { unknown.removeAll { _, _ in true } }
      unknown.insert(host, true)
      await answerAll(lookup, .unrecognizedName) { misdirected($0) }
    case .failed(let error):
      lastFailure = error.description
      await answerAll(lookup, .unavailable) {
        refuse($0, Failure(.internalError, "the store can't be read"))
      }
    }
  }

  /// Answers all who waited for a name that gives them no zone, some of them in each turn, at the cost
  /// of those who asked.
  private func answerAll(
    _ lookup: Lookup, _ choice: CertificateChoice, _ handle: (Exchange) -> Handling
  ) async {
    let parker = Parker(on: loop.systemLane)
    for (index, exchange) in lookup.exchanges.enumerated() {
      if index % GatewayLimits.refusalsPerTurn == GatewayLimits.refusalsPerTurn - 1 {
        await parker.yield()
      }
      loop.charge(exchange.lane)
      answer(exchange) { handle(exchange) }
    }
    for handshake in lookup.handshakes { handshake.certificateFound(choice) }
  }

  /// Goes on with an exchange that waited, if its client still does.
  private func answer(_ exchange: Exchange, _ handle: () -> Handling) {
    if !exchange.isAborted, case .responded = handle() { exchange.sink?.respond(exchange) }
    loop.charge(loop.systemLane)
  }
}

extension Gateway: CertificateSource {
  /// From the loop's table if the name is in use; else the handshake waits for the look-up.
  package func certificate(
    for serverName: [UInt8]?, requester: any CertificateRequester
  ) -> CertificateChoice? {
    let name = serverName ?? []
    if let zone = hosts.find(name.span) {
      if let context = zone.tlsContext { return .use(context, zone.lane) }
      askForContext(zone, requester)
      return nil
    }
    if unknown.find(name.span) != nil { return .unrecognizedName }
    let isWaiting = enqueue(name, from: requester.lane) { lookup in
      guard lookup.handshakes.count < GatewayLimits.requestsPerLookup else { return false }
      lookup.handshakes.append(requester)
      return true
    }
    return isWaiting ? nil : .unavailable
  }

  /// Has the zone's certificates read on the storage thread, once.
  private func askForContext(_ zone: ZoneState, _ requester: any CertificateRequester) {
    if let context = zone.tlsContext {
      requester.certificateFound(.use(context, zone.lane))
      return
    }
    zone.handshakes.append(requester)
    guard zone.handshakes.count == 1 else { return }
    let snapshot = zone.snapshot
    directory.loop.systemLane.post { [self] in
      let context = snapshot.tlsContext()
      loop.systemLane.post { zone.contextMade(context, of: snapshot) }
    }
  }
}
