// Every bound of connections to origins, with its unit, its reason, and what happens at it.

import Primitives

/// Bounds of connections to origins that no zone can change.
package enum HTTPClientLimits {
  /// Bytes received at first for a response: a head and a small body in one read. What lies behind
  /// the head is copied once; longer bodies are received where they stay.
  static let headReadBytes = 16 << 10

  /// Receptions for the head of a response before its lane yields.
  static let headReceptionsPerTurn = 16

  /// Bytes of one block that a body is received into. Its pieces share the block.
  static let bodyBlockBytes = 64 << 10

  /// Less room than this in a block is left unused, and the next block is begun.
  static let leastRoomBytes = 4 << 10

  /// Chunks up to this size are gathered into one piece: a piece costs more than a copy of it.
  static let gatheredChunkBytes = 2 << 10

  /// The longest piece that is gathered, in bytes.
  static let gatheredPieceBytes = 16 << 10

  /// Bytes that may be the end of one chunk and the head of the next, without content: with no more
  /// than these received, a body is not taken to have something ready.
  static let chunkFrameBytes = 32

  /// Bytes of a request's body that wait for the origin. Above it the upload waits; the kernel's buffer
  /// is larger. If the zone has no room, the upload waits until nothing is left.
  static let uploadBacklogBytes = 64 << 10

  /// Bytes of one HTTP/2 connection that wait for the kernel. Above it streams wait.
  static let pendingOutputBytes = 256 << 10

  /// Bytes of a response over HTTP/2 that may wait for its reader before it has taken any; then the
  /// origin waits.
  static let firstWindowBytes = 64 << 10

  /// The same once there is a reader, if the zone has room.
  static let streamWindowBytes = 1 << 20

  /// How many times the silence that makes an HTTP/2 connection suspect it lasts until it is closed.
  static let silencesEndured = 40

  /// Exchanges at once on one HTTP/2 connection, if the origin allows that many; more get another
  /// connection.
  static let streamsPerConnection = 100

  /// Bytes received from one connection before its lane yields.
  static let receivedBytesPerTurn = 256 << 10

  /// What a reception of fewer bytes counts as in a turn: it may be a call of the kernel's, or many
  /// records of TLS.
  static let leastCountedBytes = 16 << 10

  /// Capacity of the buffer for outgoing ciphertext that an idle connection keeps.
  static let keptCiphertextBytes = 4 << 10

  /// Interim responses before a final one (RFC 9110 section 15.2); beyond it the response is
  /// invalid: an origin could keep an exchange alive with them for ever.
  static let interimResponses = 16

  /// Time before the next address is tried beside one that has not answered (RFC 8305 section 5).
  static let fallbackDelay = Duration.milliseconds(250)

  /// Addresses of one origin that are tried for one connection; the rest are not.
  static let addressesPerConnection = 6

  /// Time for a 100 (Continue) before the body is sent without it (RFC 9110 section 10.1.1).
  static let continueDelay = Duration.seconds(1)

  /// Time without a byte in either direction of an upgraded connection; then it is closed.
  static let upgradedIdle = Duration.seconds(600)
}
