// An origin server that does what a test's script says, byte by byte.

import Primitives
import Runtime
import TLS

/// Listens on a free port of the loopback; every connection runs the script in a task of its own.
final class ScriptedOrigin: @unchecked Sendable {
  // Confined to the origins' loop but for `address`, set before the object is shared.
  let address: SocketAddress
  private var listener: Listener?
  private var connections: [ScriptedConnection] = []
  private var log: [String] = []
  private let script: @Sendable (ScriptedConnection) async -> Void
  private let tls: ScriptedTLS?

  private init(
    address: SocketAddress, tls: ScriptedTLS?,
    script: @escaping @Sendable (ScriptedConnection) async -> Void
  ) {
    self.address = address
    self.script = script
    self.tls = tls
  }

  static func start(
    tls: ScriptedTLS? = nil,
    _ script: @escaping @Sendable (ScriptedConnection) async -> Void
  ) async throws -> ScriptedOrigin {
    let descriptor = try Listener.listen(
      on: SocketAddress(ipv4: 127, 0, 0, 1, port: 0), sharesPort: false)
    let origin = ScriptedOrigin(
      address: Listener.localAddress(of: descriptor), tls: tls, script: script)
    await SharedRuntime.onOriginLoop { origin.listen(descriptor) }
    return origin
  }

  private func listen(_ descriptor: Int32) {
    let lane = Lane(loop: SharedRuntime.originLoop, name: "origin")
    let listener = Listener(descriptor: descriptor, loop: SharedRuntime.originLoop) {
      [self] descriptor, _ in
      let connection = ScriptedConnection(
        descriptor: descriptor, index: connections.count, origin: self, on: lane)
      connections.append(connection)
      do throws(RuntimeError) { try connection.register() } catch { return }
      let script = script
      let tls = tls
      lane.start {
        if let tls, await !connection.handshake(tls) {
          connection.note("handshake failed")
        } else {
          await script(connection)
        }
        connection.close()
      }
    }
    do throws(RuntimeError) { try listener.register() } catch { return }
    self.listener = listener
  }

  /// Connections that were accepted.
  var connectionCount: Int {
    get async { await SharedRuntime.onOriginLoop { [self] in connections.count } }
  }

  func note(_ text: String) { log.append(text) }

  /// What scripts have noted, once there is `count` of it.
  func notes(_ count: Int) async -> [String] {
    await withCheckedContinuation { continuation in
      let lane = Lane(loop: SharedRuntime.originLoop, name: "notes")
      lane.start {
        let parker = Parker(on: lane)
        let deadline = SystemClock.monotonic + .seconds(10)
        while self.log.count < count && SystemClock.monotonic < deadline { await parker.yield() }
        continuation.resume(returning: self.log)
      }
    }
  }

  func stop() async {
    await SharedRuntime.onOriginLoop { [self] in
      listener?.close()
      for connection in connections { connection.close() }
    }
  }
}

/// One connection at the origin, for scripts.
final class ScriptedConnection: Channel, @unchecked Sendable {
  // Confined to the origins' loop.
  enum End: String, Sendable { case end, reset }

  let index: Int
  private let origin: ScriptedOrigin
  private let parker: Parker
  private var input: [UInt8] = []
  private var ended: End?
  private var output = OutputQueue()
  private var session: TLSServerSession?

  init(descriptor: Int32, index: Int, origin: ScriptedOrigin, on lane: Lane) {
    self.index = index
    self.origin = origin
    parker = Parker(on: lane)
    super.init(descriptor: descriptor, on: lane)
  }

  override func ready() {
    guard isOpen else { return }
    if case .more = output.flush(to: self) { enqueue() }
    parker.wake()
  }

  /// Reads up to the end of a head; nil when the connection ended before.
  func head() async -> String? {
    await text { input in
      guard input.count >= 4 else { return nil }
      for end in 3..<input.count
      where input[(end - 3)...end].elementsEqual([13, 10, 13, 10]) { return end + 1 }
      return nil
    }
  }

  /// Reads exactly `count` bytes; nil when the connection ended before.
  func read(_ count: Int) async -> String? {
    await text { $0.count >= count ? count : nil }
  }

  /// Reads up to and with `mark`.
  func read(until mark: String) async -> String? {
    let mark = Array(mark.utf8)
    return await text { input in
      guard input.count >= mark.count else { return nil }
      for start in 0...(input.count - mark.count)
      where input[start..<(start + mark.count)].elementsEqual(mark) { return start + mark.count }
      return nil
    }
  }

  private func text(_ length: ([UInt8]) -> Int?) async -> String? {
    while true {
      if let count = length(input) {
        let text = String(decoding: input[..<count], as: UTF8.self)
        input.removeFirst(count)
        return text
      }
      if ended != nil || !isOpen { return nil }
      await receiveMore()
    }
  }

  /// Whatever has come and was not read; nil once the connection has ended.
  func some() async -> [UInt8]? {
    while input.isEmpty {
      if ended != nil || !isOpen { return nil }
      await receiveMore()
    }
    defer { input = [] }
    return input
  }

  /// Reads until the client closes; how it did, and what came before.
  func end() async -> (End, String) {
    while ended == nil && isOpen { await receiveMore() }
    return (ended ?? .end, String(decoding: input, as: UTF8.self))
  }

  /// Reads and drops everything that has come until now and comes until `count` bytes have.
  func drop(_ count: Int) async -> Int {
    var dropped = 0
    while dropped < count && ended == nil && isOpen {
      dropped += input.count
      input.removeAll(keepingCapacity: true)
      if dropped < count { await receiveMore() }
    }
    return dropped
  }

  private func receiveMore() async {
    guard canReceive else {
      _ = await parker.park()
      return
    }
    switch receive() {
    case .bytes(let count):
      if let session {
        loop.withInput(count) { session.receive($0) }
        decrypt(session)
      } else {
        loop.withInput(count) { input.append($0) }
      }
    case .wouldBlock: break
    case .end: ended = .end
    case .failed: ended = .reset
    }
  }

  func send(_ text: String) { send(Bytes(Array(text.utf8))) }

  // MARK: - TLS

  func handshake(_ tls: ScriptedTLS) async -> Bool {
    guard let session = tls.session() else { return false }
    while ended == nil && isOpen {
      var records: [UInt8] = []
      let step = session.handshake(now: loop.now, output: &records)
      output.append(Bytes(records))
      if case .more = output.flush(to: self) { enqueue() }
      switch step {
      case .done:
        self.session = session
        decrypt(session)
        return true
      case .needsContext:
        do throws(TLSError) { try session.use(tls.context) } catch { return false }
      case .failed: return false
      case .needsInput, .earlyData:
        if case .bytes(let count) = receive() {
          loop.withInput(count) { session.receive($0) }
        } else {
          if isHungUp { return false }
          _ = await parker.park()
        }
      }
    }
    return false
  }

  var isResumed: Bool { session?.isResumed ?? false }
  var applicationProtocol: ApplicationProtocol? { session?.applicationProtocol }

  private func decrypt(_ session: TLSServerSession) {
    var records: [UInt8] = []
    while true {
      let block = ByteStorage(capacity: 1 << 16)
      switch session.read(into: block, output: &records) {
      case .bytes(let count), .earlyBytes(let count):
        Bytes(block, offset: 0, count: count).withSpan { input.append($0) }
      case .needsInput: return
      case .closeNotify, .failed:
        ended = .end
        return
      }
    }
  }

  private func sealed(_ bytes: Bytes) -> Bytes {
    guard let session else { return bytes }
    var records: [UInt8] = []
    do throws(TLSError) { try session.write(bytes, output: &records) } catch { return .empty }
    return Bytes(records)
  }

  /// Says that nothing more comes, as TLS wants it.
  func sayGoodbye() {
    var records: [UInt8] = []
    session?.close(output: &records)
    output.append(Bytes(records))
    if case .more = output.flush(to: self) { enqueue() }
  }

  /// 64 KiB that do not repeat at a power of two.
  static let pattern = Bytes((0..<(1 << 16)).map { UInt8(truncatingIfNeeded: $0 % 251) })

  /// Whether `piece` is what lies at `position` of the repeated pattern; its ends are looked at.
  static func isPattern(_ piece: Bytes, at position: Int) -> Bool {
    piece.withSpan { span in
      for index in [0, span.count / 2, span.count - 1] {
        let expected = UInt8(truncatingIfNeeded: (position + index) % (1 << 16) % 251)
        if span[index] != expected { return false }
      }
      return true
    }
  }

  func send(_ bytes: Bytes) {
    output.append(sealed(bytes))
    if case .more = output.flush(to: self) { enqueue() }
  }

  /// Waits until all of it has left.
  func drain() async { while !output.isEmpty && isOpen { _ = await parker.park() } }

  func note(_ text: String) { origin.note(text) }

  /// Waits for nothing: lets other work go first.
  func yield() async { await parker.yield() }
}
