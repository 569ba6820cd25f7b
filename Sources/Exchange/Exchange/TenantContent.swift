// Content on its way, counted for its tenant.

package import Primitives

/// What of a message's content waits for its reader or is with it, counted for the tenant, whose bound
/// is for all its messages of the loop together.
///
/// Without room for the tenant a body goes on all the same, a little at a time: more of it comes when
/// its reader has passed on everything. So a tenant whose origin stalls, or whose clients do, is held
/// back, and not refused.
package struct TenantContent: ~Copyable {
  /// Whose content it is: a client's request waits for an origin, a response for a client.
  package enum Side { case request, response }

  private let side: Side
  private var queue = ContentQueue()
  /// Bytes of the piece that is with the reader.
  private var lentBytes = 0
  private var toldBytes = 0
  private var tenant: (any ContentTenant)?

  package init(_ side: Side) { self.side = side }

  deinit { Self.tell(tenant, -toldBytes, side) }

  /// Bytes that wait for the reader.
  package var count: Int { queue.count }

  package var isEmpty: Bool { queue.isEmpty }

  /// Whether the tenant has room for more.
  package var allowsBacklog: Bool {
    guard let tenant else { return true }
    return switch side {
    case .request: tenant.hasInputRoom
    case .response: tenant.hasOutputRoom
    }
  }

  /// Whether more of this body may come.
  package var hasRoom: Bool { queue.isEmpty && lentBytes == 0 || allowsBacklog }

  /// Adds a copy of `bytes`, for `tenant` from now on; nil while that is not known.
  package mutating func append(_ bytes: Span<UInt8>, for tenant: (any ContentTenant)?) {
    if self.tenant !== tenant {
      tell(0)
      self.tenant = tenant
    }
    queue.append(bytes)
    tell(queue.count + lentBytes)
  }

  /// Lends the first block to the reader.
  package mutating func takeFirst() -> Bytes? {
    let piece = queue.takeFirst()
    lentBytes = piece?.count ?? 0
    tell(queue.count + lentBytes)
    return piece
  }

  /// Takes all that waits; it does not count any more.
  package mutating func takeAll() -> [Bytes] {
    defer { returned() }
    return queue.takeAll()
  }

  /// The reader has passed on what it took.
  package mutating func returned() {
    lentBytes = 0
    tell(queue.count)
  }

  /// Drops all that waits, and what the reader has does not count any more.
  package mutating func removeAll() {
    queue.removeAll()
    returned()
  }

  private mutating func tell(_ bytes: Int) {
    guard bytes != toldBytes, let tenant else { return }
    Self.tell(tenant, bytes - toldBytes, side)
    toldBytes = bytes
  }

  private static func tell(_ tenant: (any ContentTenant)?, _ bytes: Int, _ side: Side) {
    switch side {
    case .request: tenant?.waitingInputChanged(by: bytes)
    case .response: tenant?.waitingOutputChanged(by: bytes)
    }
  }
}
