// Whose a connection is, and whose its streams are.

import Exchange
import HTTP2Engine
import Runtime

extension HTTP2Connection {
  /// The connection is the first zone's that it serves. To every other it counts as well, and what
  /// waits on its streams is its own; their exchanges run on its lane.
  func serve(_ exchange: Exchange, on lane: Lane, for tenant: any ConnectionTenant) -> Bool {
    guard let first = connection.tenant else { return connection.serve(on: lane, for: tenant) }
    if first === tenant && shares.isEmpty { return true }
    guard let (_, stream) = target(exchange) else { return true }
    if let share = share(of: stream) {
      if share.tenant === tenant {
        serve(exchange, on: lane, by: share)
        return true
      }
      // Queued for a zone that does not answer for the host any more.
      leaveShare(stream)
    }
    guard first !== tenant else { return true }
    guard let share = share(of: tenant) else { return false }
    share.join(stream)
    serve(exchange, on: lane, by: share)
    return true
  }

  private func serve(_ exchange: Exchange, on lane: Lane, by share: HTTP2TenantShare) {
    bill(share.serves(exchange, on: lane), to: share)
  }

  /// Counts bytes of a response for the zone that it is of, where the connection is nobody's: what goes over that, all in
  /// all, its own lane counts.
  func charge(_ count: Int, _ stream: HTTP2Stream) {
    guard connection.lane.isCommon, let share = share(of: stream) else { return }
    share.charge(count)
  }

  /// A frame of so many bytes comes or goes: turns of a connection that is nobody's are paid by that.
  func bill(_ count: Int, of stream: HTTP2Stream) {
    if connection.lane.isCommon { bill(count, to: share(of: stream)) }
  }

  /// As that; for nobody without a share.
  func bill(_ count: Int, to share: HTTP2TenantShare?) {
    guard connection.lane.isCommon else { return }
    bill.add(ExchangeLimits.frameWeightBytes + count, for: share?.lane ?? connection.lane)
  }

  func tenant(of stream: HTTP2Stream) -> (any ConnectionTenant)? {
    share(of: stream)?.tenant ?? connection.tenant
  }

  /// Bytes that wait for the client's windows on streams of the connection's own zone. Of each
  /// response no more counts than a stream may have queued.
  var waitingOutputCount: Int {
    guard let session else { return 0 }
    var bytes = session.queuedBytes
    var streams = session.streamCount
    for share in shares {
      bytes -= share.queuedBytes
      streams -= share.streamCount
    }
    return min(bytes, HTTPServerLimits.pendingOutputBytes * streams)
  }

  /// A stream is over for its zone.
  func leaveShare(_ stream: HTTP2Stream) {
    guard let share = share(of: stream) else { return }
    share.leave(stream)
    if share.isRetired { endShares { $0.isRetired } }
  }

  /// Ends the shares without a stream for which `condition` holds.
  func endShares(where condition: (HTTP2TenantShare) -> Bool) {
    shares.removeAll { share in
      guard share.streamCount == 0 && condition(share) else { return false }
      share.end()
      return true
    }
  }

  private func share(of stream: HTTP2Stream) -> HTTP2TenantShare? {
    guard let account = stream.account else { return nil }
    return account as? HTTP2TenantShare
  }

  /// The share of `tenant`, made if there is none; nil if it has as many connections as it may.
  private func share(of tenant: any ConnectionTenant) -> HTTP2TenantShare? {
    if let share = shares.first(where: { $0.tenant === tenant }) { return share }
    if shares.count >= HTTPServerLimits.sharesPerConnection { endShares { _ in true } }
    let share = HTTP2TenantShare(self, of: tenant)
    guard share.begin() else { return nil }
    shares.append(share)
    return share
  }
}

extension ServerConnection {
  /// A turn begins: if the connection is nobody's those for whom it works pay, by the bill of what is returned.
  func beginBill() -> HTTP2Connection? {
    guard lane.isCommon, case .http2(let http2) = engine else { return nil }
    http2.bill.begin(lane)
    return http2
  }
}
