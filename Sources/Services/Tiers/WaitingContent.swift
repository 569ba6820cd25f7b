// What of a response waits to be read, for its zone.

import Exchange

/// Tells a zone how much of one response waits for its clients.
///
/// Confined to the zone's loop.
final class WaitingContent: @unchecked Sendable {
  // Confined to the zone's loop.
  private let tenant: (any ContentTenant)?
  private var bytes = 0

  /// Nothing waits yet. Without a tenant nobody is told.
  init(of tenant: (any ContentTenant)?) { self.tenant = tenant }

  /// Whether the zone may have more waiting.
  var hasRoom: Bool { tenant?.hasOutputRoom ?? true }

  /// So much waits now, in bytes.
  func change(to bytes: Int) {
    guard bytes != self.bytes else { return }
    tenant?.waitingOutputChanged(by: bytes - self.bytes)
    self.bytes = bytes
  }
}
