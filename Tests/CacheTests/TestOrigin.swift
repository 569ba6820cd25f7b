// An origin whose answers and timing a test controls.

import Exchange
import HTTP
import Primitives
import Runtime

/// A place where fetches wait until the test opens it; from any thread.
final class Gate: Sendable {
  private let state = Guarded(State())

  private struct State {
    var isOpen = false
    var waiting: [Parker] = []
  }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for parker in waiting { parker.lane.post { parker.wake() } }
  }

  func pass(_ parker: Parker) async throws(Failure) {
    while !enter(parker) {
      if await parker.park() == .cancelled { throw Failure(.clientAborted) }
    }
  }

  private func enter(_ parker: Parker) -> Bool {
    state.withLock { state in
      if !state.isOpen { state.waiting.append(parker) }
      return state.isOpen
    }
  }
}

/// A body whose pieces come when their gates open.
final class GatedBody: BodySource, @unchecked Sendable {
  // Confined to the loop that reads it; `given` is read by tests on the same loop.
  private var steps: [(gate: Gate?, bytes: Bytes)]
  private let end: Failure?
  private(set) var given = 0
  private(set) var isAbandoned = false

  init(_ steps: [(gate: Gate?, bytes: Bytes)], end: Failure? = nil) {
    self.steps = steps.reversed()
    self.end = end
  }

  var trailers: FieldBlock? { nil }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    guard let step = steps.last else {
      if let end { throw end }
      return nil
    }
    if let gate = step.gate { try await gate.pass(parker) }
    if parker.isCancelled { throw Failure(.clientAborted) }
    steps.removeLast()
    given += step.bytes.count
    return step.bytes
  }

  func abandon() { isAbandoned = true }
}

/// What a test's origin answers.
struct Answer: Sendable {
  var status: UInt16 = 200
  var fields: [(String, String)] = []
  var body = ""

  func fetched() -> FetchedResponse {
    let bytes = Bytes(Array(body.utf8))
    return FetchedResponse(
      head: head(), body: bytes.isEmpty ? .none : .bytes(bytes),
      contentLength: UInt64(bytes.count))
  }

  func head() -> ResponseHead {
    var head = ResponseHead(status: status)
    for (name, value) in fields { head.fields.append(name, value) }
    return head
  }
}

/// A source below the cache that counts what it is asked for.
final class TestOrigin: ResponseSource, Sendable {
  typealias Script =
    @Sendable (_ fetch: Fetch, _ number: Int) async throws(Failure) -> FetchedResponse

  private let script: Script
  private let asked = Guarded<[RequestHead]>([])

  init(_ script: @escaping Script) { self.script = script }

  convenience init(_ answers: [Answer]) {
    self.init { (_, number) throws(Failure) in answers[min(number, answers.count - 1)].fetched() }
  }

  var requests: [RequestHead] { asked.withLock { $0 } }
  var count: Int { asked.withLock { $0.count } }

  func begin(_ fetch: Fetch, for receiver: any FetchReceiver) {
    let number = asked.withLock { asked in
      asked.append(fetch.request)
      return asked.count - 1
    }
    let run = TestFetch(fetch, for: receiver)
    fetch.parker.lane.start { await run.perform(self.script, number) }
  }
}

/// A fetch that a script answers, in a task. Confined to its loop.
final class TestFetch: FetchMaker, @unchecked Sendable {
  // Confined to the loop of its lane.
  private let asked: Fetch
  /// The same with a waiting place of its own.
  private let fetch: Fetch
  private let receiver: any FetchReceiver

  init(_ fetch: Fetch, for receiver: any FetchReceiver) {
    asked = fetch
    self.fetch = Fetch(
      request: fetch.request, client: fetch.client, requestID: fetch.requestID,
      parker: Parker(on: fetch.parker.lane))
    self.receiver = receiver
    super.init()
    self.fetch.interim = { receiver.interimCame($0) }
    self.fetch.asksPeers = { fetch.asksPeers?($0) }
    fetch.maker = UncountedReference(self)
  }

  func perform(_ script: TestOrigin.Script, _ number: Int) async {
    do throws(Failure) {
      var response = try await script(fetch, number)
      asked.maker = UncountedReference(nil)
      receiver.responseCame(&response)
    } catch {
      asked.maker = UncountedReference(nil)
      receiver.fetchFailed(error)
    }
  }

  override func cancel() { fetch.parker.cancel() }
}
