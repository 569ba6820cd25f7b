// The connection to one address of an origin, below HTTP.

import Exchange
import Primitives
package import Runtime
import TLS

/// A connection to an origin: what is sent leaves at once or waits in order; nothing is received
/// until its user asks.
///
/// Confined to its loop. Its lane is the zone's that opened it.
package final class ClientConnection: Channel, @unchecked Sendable {
  // Confined to its loop.
  package let address: SocketAddress
  /// Who speaks HTTP on this connection; let go of when it closes.
  var user: (any ClientConnectionUser)?
  /// The task that opens the connection.
  var opener: Parker?
  /// Whether the kernel has taken a byte of this connection since the last `markExchange`.
  private(set) var hasSent = false
  private var output = OutputQueue()
  /// The TLS session; nil on a plain connection.
  var session: TLSClientSession?
  /// Ciphertext on its way out.
  var ciphertext: [UInt8] = []
  /// The session may hold plaintext, whatever the socket says.
  var holdsPlaintext = false

  /// A connection that is being made to `address`.
  init(descriptor: Int32, to address: SocketAddress, on lane: Lane) {
    self.address = address
    super.init(descriptor: descriptor, on: lane)
  }

  /// How long a packet and its acknowledgement took lately; nil if that is not known.
  package var roundTripNanoseconds: UInt64? {
    isOpen ? Connect.roundTripNanoseconds(of: descriptor) : nil
  }

  /// Bytes that wait for the kernel.
  var queuedBytes: Int { output.byteCount }

  /// A new exchange begins: `hasSent` is about it alone.
  func markExchange() { hasSent = false }

  // MARK: - Sending

  /// Sends `head` and `body` in one system call, and queues what the kernel does not take.
  func transmit(_ head: Span<UInt8>, _ body: Bytes = .empty) throws(HTTPClientError) {
    guard isOpen else { throw .closedBeforeResponse }
    if let session { try encrypt(head, body, session) } else { try transmitRaw(head, body) }
  }

  /// The same, without TLS.
  func transmitRaw(_ head: Span<UInt8>, _ body: Bytes = .empty) throws(HTTPClientError) {
    guard output.isEmpty && canSend else {
      output.append(copying: head)
      output.append(body)
      return
    }
    switch body.isEmpty ? send(head) : send(head, body) {
    case .failed(let error): throw .connectionBroken(error)
    case .bytes(let count):
      if count > 0 { hasSent = true }
      if count < head.count { output.append(copying: head.extracting(count..<head.count)) }
      output.append(body.dropFirst(max(0, count - head.count)))
    }
  }

  private func flush() {
    guard !output.isEmpty else { return }
    let before = output.byteCount
    let result = output.flush(to: self)
    if output.byteCount < before { hasSent = true }
    switch result {
    case .drained, .blocked: break
    case .more: enqueue()
    case .failed(let error):
      output.removeAll()
      user?.connectionFailed(.connectionBroken(error))
    }
  }

  // MARK: - Receiving

  /// What one reception gave.
  enum Reception {
    /// So many bytes were appended to the block.
    case bytes(Int)
    case wouldBlock
    /// The origin has finished sending.
    case end
    case failed(HTTPClientError)
  }

  /// Receives once into `block`.
  func receiveBlock(_ block: ByteStorage) -> Reception {
    if let session { return decrypt(into: block, session) }
    return switch receive(into: block) {
    case .bytes(let count): .bytes(count)
    case .wouldBlock: .wouldBlock
    case .end: .end
    case .failed(let error): .failed(.connectionBroken(error))
    }
  }

  /// Receives once and shows the bytes to `body`, which copies what it needs of them.
  func receiveOnce<E: Error>(
    atMost limit: Int, _ body: (Span<UInt8>) throws(E) -> Void
  ) throws(E) -> Reception {
    if let session {
      let block = ByteStorage(capacity: limit)
      let reception = decrypt(into: block, session)
      if case .bytes(let count) = reception {
        try Bytes(block, offset: 0, count: count).withSpan(body)
      }
      return reception
    }
    switch receive(atMost: limit) {
    case .bytes(let count):
      try loop.withInput(count, body)
      return .bytes(count)
    case .wouldBlock: return .wouldBlock
    case .end: return .end
    case .failed(let error): return .failed(.connectionBroken(error))
    }
  }

  /// Whether `receive` may give something: else the user waits for `connectionReady`.
  var mayReceive: Bool { isOpen && (canReceive || holdsPlaintext) }

  // MARK: - Events

  package override func ready() {
    guard isOpen else { return }
    flush()
    user?.connectionReady()
    opener?.wake()
  }

  package override func deadlineReached() { user?.connectionDeadlineReached() }

  /// Closes; after a `reset` nothing that the origin has received so far passes for complete.
  package func end(reset: Bool = false) {
    if isOpen && !reset { sayGoodbye() }
    close(reset: reset)
    output.removeAll()
    user = nil
    opener = nil
  }
}
