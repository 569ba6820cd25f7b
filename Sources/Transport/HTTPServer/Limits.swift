// Every bound of client connections, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds of connections from clients.
package enum HTTPServerLimits {
  /// Client connections per loop. At it the listeners pause, and connections wait in the kernel.
  package static let connectionsPerLoop = 100_000

  /// Connections per loop that `descriptors` (the process's limit of open files) allow for
  /// `loops`: an eighth is left for origins, files and the operator.
  package static func connections(descriptors: Int, loops: Int) -> Int {
    max(1, min(connectionsPerLoop, descriptors / 8 * 7 / max(loops, 1)))
  }

  /// Hashes of source prefixes (/24, /56) whose connections are counted per loop.
  static let sourceSlots = 1_024

  /// Connections that one source prefix may have open of `limit` in all: three quarters, so that no
  /// source keeps the others out, and a proxy in front of us still has room. More are reset.
  static func sourceShare(of limit: Int) -> Int { max(1, limit / 4 * 3) }

  /// Exchanges kept for reuse per loop; more are freed.
  static let pooledExchanges = 512

  /// Memory for fields that a pooled exchange keeps, in bytes; those with more are freed, so that
  /// requests with large heads leave nothing behind.
  static let pooledFieldBytes = 16 << 10

  /// Bytes of a request that wait unparsed (a partial head, pipelined requests). At it the
  /// connection is not received from until they are used.
  static let pendingInputBytes = 64 << 10

  /// Bytes of a request body that wait for their reader. At it the connection is not received from.
  static let pendingBodyBytes = 256 << 10

  /// Window of an HTTP/2 request's stream until somebody reads its body, in bytes; then it is
  /// `pendingBodyBytes`, if the zone has room (`bounds.requestBufferBytes`).
  static let unaskedBodyBytes = 64 << 10

  /// Bytes of a response that wait for the client. Above it the exchange's task waits.
  static let pendingOutputBytes = 256 << 10

  /// Responses up to this size are copied behind their head and leave in one piece.
  static let copiedBodyBytes = 16 << 10

  /// Bytes gathered from pipelined requests before they are sent.
  static let gatheredOutputBytes = 64 << 10

  /// Requests of one HTTP/1.1 connection that are answered in one turn (a hit takes about 2 us); those
  /// that were pipelined behind them wait for the next.
  static let requestsPerTurn = 32

  /// Zones beside its own that an HTTP/2 connection counts for. Before it counts for one more, it
  /// stops counting for those that have no stream open; with more streams than that it may be more.
  static let sharesPerConnection = 16

  /// Reads of a client's records in one turn, each of up to 64 KiB and `TLS.Limits.recordsPerRead`
  /// records; the rest waits for the next.
  static let recordReadsPerTurn = 8

  /// Plaintext that is encrypted in one turn; about 15 us.
  static let encryptedBytesPerTurn = 128 << 10

  /// Bytes of an unread request body that are thrown away to keep the connection; beyond it the
  /// connection is closed after the response.
  static let discardedBodyBytes = 64 << 10

  /// Bytes thrown away while closing, so that the client can read the last response before a reset.
  static let lingeringBytes = 1 << 20

  /// Connections that are told in one turn to end (0.1 us each); then others run.
  static let connectionsPerDrainTurn = 256

  /// For a TLS handshake, from the connection's start; then the connection is reset.
  static let handshakeNanoseconds: UInt64 = 10_000_000_000
  /// From the first byte of a head (or the connection's start) to its end; then 408.
  static let headNanoseconds: UInt64 = 10_000_000_000
  /// Without a byte of a request body; then the request fails.
  static let bodyIdleNanoseconds: UInt64 = 30_000_000_000
  /// After this time a body must have come at `bodyBytesPerSecond` on average; then it fails.
  static let bodyGraceNanoseconds: UInt64 = 30_000_000_000
  /// Slower than any line that works, fast enough that a body can't hold a place for days.
  static let bodyBytesPerSecond: UInt64 = 256
  /// Between requests; then the connection is closed.
  static let idleNanoseconds: UInt64 = 75_000_000_000
  /// Without the client taking a byte of the response; then the connection is reset.
  static let writeIdleNanoseconds: UInt64 = 60_000_000_000
  /// What counts as taking: a reader of single bytes is cut off.
  static let leastTakenBytes = 4096
  /// While draining, for one more request on an idle connection; then it is closed.
  static let drainNanoseconds: UInt64 = 3_000_000_000
  /// After the announcement that an HTTP/2 connection ends, for requests that are on their way.
  static let goingAwayNanoseconds: UInt64 = 1_000_000_000
  /// For the client to close after our last response; as long again while it still takes of it.
  static let lingeringNanoseconds: UInt64 = 2_000_000_000

  /// Resets of streams in ten seconds that a server of our own may send, for each stream that it may have open: its
  /// clients' aborts come together. Beyond it: GOAWAY.
  static let peerResetsPerStream = 64
}
