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
        host,
        { lookup in
          guard lookup.exchanges.count < GatewayLimits.requestsPerLookup else { return false }
          lookup.exchanges.append(exchange)
          return true
        })
    else { return refuse(exchange, Failure(.overloaded, "too many look-ups of host names")) }
    return .pending
  }

  /// Adds somebody who waits for `host`, and starts the look-up if it is not under way.
  func enqueue(_ host: [UInt8], _ add: (inout Lookup) -> Bool) -> Bool {
    if var lookup = lookups[host] {
      let isAdded = add(&lookup)
      lookups[host] = lookup
      return isAdded
    }
    guard lookups.count < GatewayLimits.lookupsUnderWay else { return false }
    var lookup = Lookup()
    guard add(&lookup) else { return false }
    lookups[host] = lookup
    loop.systemLane.start { await self.find(host) }
    return true
  }

  /// Looks again if a change has come into force here that the look-up can't have seen.
  private func find(_ host: [UInt8]) async {
    var finding = await directory.find(host)
    while finding.sequence < appliedSequence { finding = await directory.find(host) }
    found(host, finding.found)
  }

  private func found(_ host: [UInt8], _ found: ZoneDirectory.Found) {
    guard let lookup = lookups.removeValue(forKey: host) else { return }
    switch found {
    case .zone(let snapshot):
      let zone = activate(snapshot)
      list(host, zone)
      for exchange in lookup.exchanges { answer(exchange) { serve(exchange, zone) } }
      for handshake in lookup.handshakes { askForContext(zone, handshake) }
    case .unknown:
      if unknown.count >= GatewayLimits.unknownNames { unknown.removeAll { _, _ in true } }
      unknown.insert(host, true)
      for exchange in lookup.exchanges { answer(exchange) { misdirected(exchange) } }
      for handshake in lookup.handshakes { handshake.certificateFound(.unrecognizedName) }
    case .failed(let error):
      lastFailure = error.description
      for exchange in lookup.exchanges {
        answer(exchange) { refuse(exchange, Failure(.internalError, "the store can't be read")) }
      }
      for handshake in lookup.handshakes { handshake.certificateFound(.unrecognizedName) }
    }
  }

  /// Goes on with an exchange that waited, if its client still does.
  private func answer(_ exchange: Exchange, _ handle: () -> Handling) {
    if !exchange.isAborted && handle() == .responded { exchange.sink?.respond(exchange) }
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
    let isWaiting = enqueue(name) { lookup in
      guard lookup.handshakes.count < GatewayLimits.requestsPerLookup else { return false }
      lookup.handshakes.append(requester)
      return true
    }
    return isWaiting ? nil : .unrecognizedName
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
