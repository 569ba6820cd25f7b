// What an exchange's two loops give each other.

import Exchange
import HTTP
import HTTPClient
import Primitives

/// A response on its way from the loop that has the connection to the one that asked, and how much of it may come.
///
/// Of both loops.
final class ExchangeCrossing: Sendable {
  /// How a response ends.
  enum Ending: Sendable {
    case complete(FieldBlock?)
    /// No head has come.
    case failed(HTTPClientError)
    /// The content broke off.
    case broken(Failure)
  }

  /// A head, and how long the content is if that was said.
  struct Head: Sendable {
    var fields: ResponseHead
    var contentLength: UInt64?
  }

  /// What has come since it was looked last.
  struct Arrivals: Sendable {
    var interim: [ResponseHead] = []
    var head: Head?
    var pieces: [Bytes] = []
    var ending: Ending?
  }

  /// What both loops read and write.
  private struct State: Sendable {
    var arrivals = Arrivals()
    /// The asking loop was told that something is there, and has not looked.
    var isTold = false
    /// Bytes that its reader has not taken.
    var unreadBytes = 0
    /// Bytes that wait on the other loop, and what the asking one was told of them.
    var bytesBehind = 0
    var toldBytesBehind = 0
    /// The zone may have more waiting.
    var hasRoom: Bool
    var isHeldBack = false

    /// Without room for the zone more comes when its reader has taken everything, as of any content.
    var mayCross: Bool { unreadBytes == 0 || hasRoom && unreadBytes < TierLimits.crossingBytes }

    /// Whether what was held back goes on now.
    mutating func takeHold() -> Bool {
      guard isHeldBack, mayCross, unreadBytes < TierLimits.crossingBytes / 2 else { return false }
      isHeldBack = false
      return true
    }
  }

  private let state: Guarded<State>

  /// A response of which nothing has come; `hasRoom` says whether its zone may have content waiting.
  init(hasRoom: Bool) { state = Guarded(State(hasRoom: hasRoom)) }

  // MARK: - From the loop that has the connection

  /// Adds to what has come. True if the asking loop must be told.
  func add(_ change: (inout Arrivals) -> Void) -> Bool {
    state.withLock { state in
      change(&state.arrivals)
      defer { state.isTold = true }
      return !state.isTold
    }
  }

  /// Adds a piece of content: as `add`.
  func add(_ piece: Bytes) -> Bool {
    state.withLock { $0.unreadBytes += piece.count }
    return add { $0.pieces.append(piece) }
  }

  /// Whether more content may cross. If not, that is noted: `take` says when it may.
  func mayCross() -> Bool {
    state.withLock { state in
      state.isHeldBack = !state.mayCross
      return !state.isHeldBack
    }
  }

  /// Whether the zone has room for more that waits.
  var hasRoom: Bool { state.withLock { $0.hasRoom && $0.mayCross } }

  /// So many bytes wait on this side. The asking loop hears of it with what crosses next, or at once if it is none, or
  /// much more or less than it knows: true if it must be told.
  func waits(behind bytes: Int) -> Bool {
    state.withLock { state in
      state.bytesBehind = bytes
      let change = bytes - state.toldBytesBehind
      guard change != 0, bytes == 0 || change.magnitude >= TierLimits.crossingBytes / 4 else {
        return false
      }
      defer { state.isTold = true }
      return !state.isTold
    }
  }

  // MARK: - From the loop that asked

  /// Takes what has come.
  func takeArrivals() -> Arrivals {
    state.withLock { state in
      state.isTold = false
      var taken = Arrivals()
      swap(&taken, &state.arrivals)
      return taken
    }
  }

  /// Bytes that count for the zone: what has not been read, on both loops. `hasRoom` says whether it may have more
  /// waiting; whether the other loop waits for that.
  func countWaiting(hasRoom: Bool) -> (bytes: Int, goesOn: Bool) {
    state.withLock { state in
      state.toldBytesBehind = state.bytesBehind
      state.hasRoom = hasRoom
      return (state.unreadBytes + state.bytesBehind, state.takeHold())
    }
  }

  /// The reader took a piece. True if the other loop waits for that.
  func took(_ bytes: Int) -> Bool {
    state.withLock { state in
      state.unreadBytes -= bytes
      return state.takeHold()
    }
  }

  /// All that came was taken at once.
  func dropUnread() { state.withLock { $0.unreadBytes = 0 } }
}
