// What this server asks those beside it for.

import Primitives

/// The keys that this server is asking servers beside it for, on all its loops. Where two servers do not agree
/// on who has a key, as while a topology changes, each would wait for the other: so who asks for such a key
/// is refused, and goes to the next. From any thread.
package final class SidewaysRequests: Sendable {
  /// A request under way.
  private struct Request: Equatable, Sendable {
    let server: String
    let isOwner: Bool
  }

  private let requests = Guarded<[UInt64: [Request]]>([:])

  package init() {}

  /// The server of that name is asked for a key; this server `isOwner` of it if it asks because that one is nearer to
  /// the origin.
  func began(_ key: UInt64, at server: String, isOwner: Bool) {
    requests.withLock { $0[key, default: []].append(Request(server: server, isOwner: isOwner)) }
  }

  /// It is not any more.
  func ended(_ key: UInt64, at server: String, isOwner: Bool) {
    requests.withLock { requests in
      guard var own = requests[key],
        let index = own.firstIndex(of: Request(server: server, isOwner: isOwner))
      else { return }
      own.remove(at: index)
      requests[key] = own.isEmpty ? nil : own
    }
  }

  /// Whether the server of that name must not be answered for a key. The key's owner is if only it is asked for it here:
  /// it refuses that, as it waits itself, and this server asks the origin for both.
  func refuses(_ key: UInt64, to server: String, asOwner isOwner: Bool) -> Bool {
    let own = requests.withLock { $0[key] } ?? []
    guard isOwner else { return !own.isEmpty }
    return own.contains { $0.isOwner || $0.server != server }
  }
}
