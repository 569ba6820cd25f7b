// A connection between two simulated servers.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime
import Tiers

/// Carries messages both ways in order, as TCP does: what a cut link keeps comes when that heals. Looks for
/// signs of life by the rules of HTTP/2 connections (`Liveness`). Confined to its loop.
final class SimulatedConnection: PeerConnection, @unchecked Sendable {
  // Confined to its loop.
  let world: SimulatedWorld
  /// Who opened it, and who was asked.
  let client: SimulatedServer
  let server: SimulatedServer
  private let link: PeerLink
  private(set) var isOpen = true
  private var isDraining = false
  private var calls: [SimulatedCall] = []
  /// When the last message of each direction arrives: none overtakes another.
  private var lastUp = Instant(nanoseconds: 0)
  private var lastDown = Instant(nanoseconds: 0)
  private var liveness: Liveness
  private var isWatching = false

  init(from client: SimulatedServer, to server: SimulatedServer, for link: PeerLink) {
    world = client.world
    self.client = client
    self.server = server
    self.link = link
    liveness = Liveness(silence: TierLimits.silence, now: world.loop.now)
    client.connections.append(self)
    server.connections.append(self)
    ask()
  }

  var takesRequests: Bool { isOpen && !isDraining }
  var roundTripNanoseconds: UInt64? { liveness.roundTripNanoseconds }
  var room: Int {
    takesRequests && !liveness.isSilent ? TierLimits.streamsPerConnection - calls.count : 0
  }

  func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    guard isOpen else { throw .notTaken }
    let call = SimulatedCall(on: self, parker, interim: request.interim)
    var content: [UInt8] = []
    if case .bytes(let bytes) = request.body { content = bytes.array() }
    if calls.isEmpty { liveness.begin(now: world.now) }
    calls.append(call)
    watch()
    let head = request.head
    up { call.arrive(head, content) }
    return try await call.head(until: world.now + request.timeouts.firstByte)
  }

  func measure() -> Bool {
    guard isOpen else { return true }
    let now = world.now
    switch liveness.measure(now: now, isInUse: !calls.isEmpty) {
    case .isGone:
      close(.closedBeforeResponse)
      return false
    case .asks:
      ping(now)
      return true
    case .isSilent: return false
    case .well: return true
    }
  }

  func drain() {
    isDraining = true
    if calls.isEmpty { close(nil) }
  }

  func ended(_ call: SimulatedCall) {
    let before = calls.count
    calls.removeAll { $0 === call }
    guard calls.count < before else { return }
    if isDraining, calls.isEmpty { close(nil) } else { link.hasRoom(self) }
  }

  /// The process at one end is gone, which the other end hears of if the link holds.
  func broke(at end: SimulatedServer) {
    guard isOpen else { return }
    if end === client {
      for call in calls { call.clientDied() }
      up { [self] in for call in calls { call.endService() } }
      forget()
    } else {
      for call in calls { call.endService() }
      world.deliver(from: server, to: client, after: &lastDown) { [self] in
        close(.connectionBroken(RuntimeError("read from", server.name, result: -104)))
      }
    }
  }

  private func close(_ error: HTTPClientError?) {
    guard isOpen else { return }
    forget()
    let taken = calls
    calls = []
    for call in taken { call.fail(error ?? .closedBeforeResponse) }
    for call in taken { up { call.endService() } }
    link.isGone(self)
  }

  private func forget() {
    isOpen = false
    client.connections.removeAll { $0 === self }
    server.connections.removeAll { $0 === self }
  }

  // MARK: - Messages

  /// Sends something to the server: `body` happens there.
  func up(_ body: @escaping () -> Void) {
    let life = server.life
    world.deliver(from: client, to: server, after: &lastUp) { [self] in
      guard server.isUp, server.life == life else { return }
      body()
    }
  }

  /// Sends something back.
  func down(_ body: @escaping () -> Void) {
    world.deliver(from: server, to: client, after: &lastDown) { [self] in
      guard isOpen else { return }
      if liveness.received(now: world.now) { link.hasRoom(self) }
      body()
    }
  }

  private func ask() {
    let now = world.now
    liveness.ask(now: now)
    ping(now)
  }

  private func ping(_ now: Instant) {
    up { [self] in
      down { [self] in liveness.answered(now.nanoseconds, now: world.now) }
    }
  }

  /// Looks for signs of life while exchanges are under way.
  private func watch() {
    guard !isWatching else { return }
    isWatching = true
    let due = liveness.looksAt
    world.after(.nanoseconds(due.nanoseconds(since: world.now))) { [self] in
      isWatching = false
      guard isOpen, !calls.isEmpty else { return }
      // They may have begun later than those that it was to look for.
      if liveness.looksAt <= due { look() }
      if isOpen { watch() }
    }
  }

  private func look() {
    switch liveness.look(now: world.now) {
    case .well: break
    case .asks: ask()
    case .isSilent:
      for call in calls where !call.hasHead { call.fail(.unresponsive) }
      link.hasRoom(self)
    case .isGone: close(.closedBeforeResponse)
    }
  }
}
