// What a zone has of an HTTP/2 connection that is another zone's.

import Exchange
import HTTP
import HTTP2Engine
import Runtime

/// The part that a zone has in an HTTP/2 connection whose first zone is another one (coalescing,
/// RFC 9113 section 9.1.1): for that zone it is a connection of its own.
///
/// Confined to its connection's loop.
final class HTTP2TenantShare: HTTP2Account, TenantConnection {
  let tenant: any ConnectionTenant
  /// It is a member of that connection's list.
  private unowned let http2: HTTP2Connection
  /// Streams of the zone that are open.
  private(set) var streamCount = 0
  private(set) var isRetired = false
  private var place = 0
  /// What the tenant was told of `waitingOutputCount`.
  private var toldOutputCount = 0
  /// The zone's lane.
  private(set) var lane: Lane?

  init(_ http2: HTTP2Connection, of tenant: any ConnectionTenant) {
    self.http2 = http2
    self.tenant = tenant
  }

  /// Of each response no more counts than a stream may have queued.
  private var waitingOutputCount: Int {
    min(queuedBytes, HTTPServerLimits.pendingOutputBytes * streamCount)
  }

  /// Counts the connection for the tenant; false if that would be one too many.
  func begin() -> Bool {
    guard let place = tenant.connectionOpened(self) else { return false }
    self.place = place
    return true
  }

  func join(_ stream: HTTP2Stream) {
    stream.account = self
    streamCount += 1
  }

  /// Notes the lane that a request is served on. The request counts for the zone where the connection is nobody's:
  /// returns its bytes then.
  func serves(_ exchange: Exchange, on lane: Lane) -> Int {
    self.lane = lane
    guard http2.connection.lane.isCommon else { return 0 }
    let count = Self.headBytes(of: &exchange.request)
    lane.ledger.bytesIn += UInt64(count)
    return count
  }

  /// `request` is lent (see `Exchange`).
  @inline(never)
  private static func headBytes(of request: inout RequestHead) -> Int {
    request.fields.bytes.count + request.authority.count + request.path.count
  }

  /// Counts bytes of a response.
  func charge(_ count: Int) { lane?.ledger.bytesOut += UInt64(count) }

  override func sent(_ count: Int) { http2.bill(count, to: self) }

  func leave(_ stream: HTTP2Stream) {
    stream.account = nil
    streamCount -= 1
  }

  /// Tells the tenant how much waits for the client, if that is not what it knows.
  func tellOutput() { tell(waitingOutputCount) }

  /// Ends what `begin` began.
  func end() {
    tell(0)
    tenant.connectionClosed(at: place)
  }

  func moved(to place: Int) { self.place = place }

  func tenantRetired() {
    isRetired = true
    http2.endShares { $0.isRetired }
  }

  private func tell(_ count: Int) {
    guard count != toldOutputCount else { return }
    tenant.waitingOutputChanged(by: count - toldOutputCount)
    toldOutputCount = count
  }
}
