// The origin of a simulated fleet.

import Exchange
import HTTP
import Primitives
import Runtime

/// A site whose objects have versions, and who asked for them. Confined to its loop.
final class SimulatedOrigin: @unchecked Sendable {
  // Confined to its loop.
  unowned let world: SimulatedWorld
  /// The version of each object by now.
  var versions: [Int]
  /// One request that came here.
  struct Request {
    let object: Int
    let version: Int
    let server: Int
    let at: Instant
  }
  private(set) var requests: [Request] = []

  init(_ world: SimulatedWorld) {
    self.world = world
    versions = Array(repeating: 1, count: world.plan.objects)
  }

  /// How long a message takes from a server to the origin, which is where the fleet's first PoP is.
  func latency(_ server: Int) -> Duration { world.latency(server, to: 0) }

  /// What is answered to a request that comes now.
  func answer(_ object: Int, from server: Int) -> Int {
    let version = versions[object]
    requests.append(
      Request(object: object, version: version, server: server, at: world.now))
    world.note(object, version, server)
    return version
  }
}

/// The origin as one server reaches it.
final class SimulatedOriginSource: ResponseSource, @unchecked Sendable {
  // Confined to its loop.
  private let origin: SimulatedOrigin
  private let server: Int
  private let lane: Lane
  /// Which of the server's processes asks.
  private let life: Int

  private(set) var roundTripNanoseconds: UInt64?

  init(_ origin: SimulatedOrigin, _ server: Int, life: Int, on lane: Lane) {
    self.origin = origin
    self.server = server
    self.life = life
    self.lane = lane
  }

  func measure() {
    let roundTrip = origin.latency(server) * 2
    origin.world.after(roundTrip) { [self] in roundTripNanoseconds = roundTrip.wholeNanoseconds }
  }

  func begin(_ fetch: Fetch, for receiver: any FetchReceiver) {
    let run = SimulatedFetch(fetch, for: receiver)
    lane.start { await run.perform(self.origin, self.server, life: self.life) }
  }
}

/// One request to the origin. Confined to its loop.
final class SimulatedFetch: FetchMaker, @unchecked Sendable {
  // Confined to its loop.
  private let fetch: Fetch
  private let receiver: any FetchReceiver
  private let parker: Parker

  init(_ fetch: Fetch, for receiver: any FetchReceiver) {
    self.fetch = fetch
    self.receiver = receiver
    parker = Parker(on: fetch.parker.lane)
    super.init()
    fetch.maker = UncountedReference(self)
  }

  override func cancel() { parker.cancel() }

  func perform(_ origin: SimulatedOrigin, _ server: Int, life: Int) async {
    let path = String(decoding: fetch.request.path, as: UTF8.self)
    let object = Int(path.dropFirst(3)) ?? 0
    let way = origin.latency(server)
    _ = await parker.park(until: origin.world.now + way)
    // What a process that died had sent is nobody's.
    let asker = origin.world.servers[server]
    guard !parker.isCancelled, asker.isUp, asker.life == life else { return fail() }
    let version = origin.answer(object, from: server)
    _ = await parker.park(until: origin.world.now + way + origin.world.thinkTime(object))
    guard !parker.isCancelled else { return fail() }
    fetch.maker = UncountedReference(nil)
    var head = ResponseHead(status: 200)
    head.fields.append(.cacheControl, "max-age=86400")
    let pieces = SimulatedWorld.content(object, version)
    let length = UInt64(pieces.reduce(0) { $0 + $1.count })
    var response = FetchedResponse(
      head: head,
      body: pieces.count == 1
        ? .bytes(pieces[0]) : .stream(SlowBody(pieces, pause: .milliseconds(200))),
      contentLength: length)
    receiver.responseCame(&response)
  }

  private func fail() {
    fetch.maker = UncountedReference(nil)
    receiver.fetchFailed(Failure(.clientAborted))
  }
}

/// A body whose pieces come one after the other.
final class SlowBody: BodySource, @unchecked Sendable {
  // Confined to the loop that reads it.
  private var pieces: [Bytes]
  private let pause: Duration

  init(_ pieces: [Bytes], pause: Duration) {
    self.pieces = pieces.reversed()
    self.pause = pause
  }

  var trailers: FieldBlock? { nil }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    guard let piece = pieces.popLast() else { return nil }
    let due = parker.loop.now + pause
    while parker.loop.now < due, !parker.isCancelled { _ = await parker.park(until: due) }
    if parker.isCancelled { throw Failure(.clientAborted) }
    return piece
  }

  func abandon() {}
}
