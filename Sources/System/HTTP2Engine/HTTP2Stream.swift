// One stream of a session.

import Primitives

/// A stream: one request and its response. It is confined to its session's loop.
///
/// The session keeps it until `streamClosed`; who keeps it longer holds a closed stream, on which
/// every verb of the session throws `streamClosed` or does nothing.
///
/// Unchecked: confined to its session's loop.
package final class HTTP2Stream: @unchecked Sendable {
  /// The stream identifier (RFC 9113 section 5.1.1).
  package internal(set) var id: Int32 = 0
  /// The driver's object for this stream; released when the stream has closed.
  package var attachment: AnyObject?
  /// Where the stream's waiting content is summed too; set it while none waits.
  package var account: HTTP2Account? {
    willSet { precondition(outgoing.count == 0, "The account is chosen before content is queued.") }
  }
  /// Whether the stream is gone.
  package internal(set) var isClosed = false

  /// Place in the session's list of live streams.
  var slot = 0
  var outgoing = OutgoingQueue()
  var taken = TakenContent()
  var trailers: Trailers?
  /// Received content that the driver has not yet consumed, in bytes.
  var unconsumedBytes = 0
  /// The header section that is being received, with each field's overhead, in bytes.
  var headerListBytes = 0
  var flags: Flags = []
  /// When the request's rest is cut off, if the response went before it.
  var lingersUntil: Instant?

  init() {}

  /// Content that waits to be sent, in bytes.
  package var queuedBytes: Int { outgoing.count }

  /// Makes a closed stream a new one.
  func reset(id: Int32) {
    self.id = id
    isClosed = false
    unconsumedBytes = 0
    headerListBytes = 0
    taken = TakenContent()
    lingersUntil = nil
    flags = []
  }

  /// Lets go of everything that the stream kept alive.
  func close() {
    isClosed = true
    attachment = nil
    outgoing.removeAll()
    account = nil
    trailers = nil
  }

  /// A trailer section that follows the queued content.
  struct Trailers {
    var bytes: [UInt8]
    var table: HTTP2FieldTable
  }

  /// Yes-or-no state of a stream.
  struct Flags: OptionSet {
    let rawValue: UInt16

    /// The final head was received (what follows are trailers).
    static let headReceived = Flags(rawValue: 1 << 0)
    /// The section being received is an interim response.
    static let interim = Flags(rawValue: 1 << 1)
    /// Fields of the section being received were left out.
    static let headersTooLarge = Flags(rawValue: 1 << 2)
    /// The final head (or the request) was submitted.
    static let headSubmitted = Flags(rawValue: 1 << 3)
    /// No more content will be enqueued.
    static let finished = Flags(rawValue: 1 << 4)
    /// The library waits for more content.
    static let deferred = Flags(rawValue: 1 << 5)
    /// The queue was above the low-water mark.
    static let aboveLowWater = Flags(rawValue: 1 << 6)
    /// What still comes is dropped, and nobody hears of it.
    static let discarding = Flags(rawValue: 1 << 7)
    /// The driver asked for a reset.
    static let resetByDriver = Flags(rawValue: 1 << 8)
    /// The peer's request is at fault: it counts as a reset.
    static let faulty = Flags(rawValue: 1 << 9)
  }
}
