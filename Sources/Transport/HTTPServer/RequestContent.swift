// The content of a request on its way, counted for its tenant.

import Exchange
import Primitives

/// What of a request's content waits for its reader or is with it, counted for the tenant, whose bound
/// is for all its requests of the loop together.
///
/// Without room for the tenant a body goes on all the same, a little at a time: more of it comes when
/// its reader has passed on everything. So a tenant whose origin stalls is held back, and not refused.
struct RequestContent: ~Copyable {
  private var queue = ContentQueue()
  /// Bytes of the piece that is with the reader.
  private var lentBytes = 0
  private var toldBytes = 0
  private var tenant: (any ConnectionTenant)?

  deinit { tenant?.waitingInputChanged(by: -toldBytes) }

  /// Bytes that wait for the reader.
  var count: Int { queue.count }

  var isEmpty: Bool { queue.isEmpty }

  /// Whether the tenant has room for more.
  var allowsBacklog: Bool { tenant?.hasInputRoom ?? true }

  /// Whether more of this body may come.
  var hasRoom: Bool { queue.isEmpty && lentBytes == 0 || allowsBacklog }

  /// Adds a copy of `bytes`, for `tenant` from now on; nil while that is not known.
  mutating func append(_ bytes: Span<UInt8>, for tenant: (any ConnectionTenant)?) {
    if self.tenant !== tenant {
      tell(0)
      self.tenant = tenant
    }
    queue.append(bytes)
    tell(queue.count + lentBytes)
  }

  /// Lends the first block to the reader.
  mutating func takeFirst() -> Bytes? {
    let piece = queue.takeFirst()
    lentBytes = piece?.count ?? 0
    tell(queue.count + lentBytes)
    return piece
  }

  /// The reader has passed on what it took.
  mutating func returned() {
    lentBytes = 0
    tell(queue.count)
  }

  mutating func removeAll() {
    queue.removeAll()
    returned()
  }

  private mutating func tell(_ bytes: Int) {
    guard bytes != toldBytes, let tenant else { return }
    tenant.waitingInputChanged(by: bytes - toldBytes)
    toldBytes = bytes
  }
}
