// One question to one server, and its response.

import DNS
import Primitives
import Runtime

/// A socket of its own for one question, over UDP or TCP. It is connected: the kernel lets through only what
/// comes from the server's address and port. Runs on the look-up's lane.
final class ResolverExchange: Channel {
  // Ends this before it ends itself.
  private unowned let lookup: AliasLookup
  private let isStream: Bool
  private var output = OutputQueue()
  /// What has come over TCP.
  private var input: [UInt8] = []
  private var isLate = false

  init(
    _ lookup: AliasLookup, _ server: SocketAddress, _ query: [UInt8], overStream: Bool
  ) throws(RuntimeError) {
    self.lookup = lookup
    isStream = overStream
    let descriptor =
      try overStream ? Connect.start(to: server) : Connect.start(datagramsTo: server)
    super.init(descriptor: descriptor, on: lookup.lane)
    if overStream {
      var length: [UInt8] = []
      length.appendUInt16(UInt16(truncatingIfNeeded: query.count))
      output.append(copying: length.span)
    }
    output.append(copying: query.span)
  }

  /// Sends the question, and waits for the response so long.
  func begin(milliseconds: Int64) throws(RuntimeError) {
    try register()
    setDeadline(loop.now + .milliseconds(milliseconds))
    enqueue()
  }

  /// Whoever ends it has what it wanted, or wants no more.
  func end() {
    guard isOpen else { return }
    setDeadline(.never)
    close()
  }

  override func deadlineReached() {
    isLate = true
    enqueue()
  }

  override func ready() {
    guard isOpen else { return }
    if case .failed = output.flush(to: self) { return lookup.failed() }
    if isStream { receiveStream() } else { receiveDatagrams() }
    // A response that came in time, but before this turn, was taken.
    if isOpen, isLate { lookup.failed() }
  }

  /// What is not the response is passed over: the right one may be behind it, of which epoll does not tell.
  private func receiveDatagrams() {
    for _ in 0..<NameServiceLimits.resolverMessagesPerTurn {
      switch receive() {
      case .bytes(let count):
        var message: [UInt8] = []
        loop.withInput(count) { message.append($0) }
        if lookup.received(message.span) { return }
      case .end: continue
      case .wouldBlock: return
      case .failed: return lookup.failed()
      }
    }
    if !isLate { enqueue() }
  }

  private func receiveStream() {
    while isOpen, canReceive {
      switch receive() {
      case .bytes(let count):
        loop.withInput(count) { input.append($0) }
        guard input.count >= 2 else { continue }
        let length = Int(input[0]) << 8 | Int(input[1])
        guard input.count >= 2 + length else { continue }
        let message = Array(input[2..<(2 + length)])
        if !lookup.received(message.span) { lookup.failed() }
        return
      case .wouldBlock: return
      case .end, .failed: return lookup.failed()
      }
    }
  }
}
