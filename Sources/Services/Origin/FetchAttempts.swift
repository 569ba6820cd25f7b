// The attempts at one fetch: what was tried, and what is left of the request.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// State of one fetch across its attempts.
struct FetchAttempts {
  /// The origin that was tried last, and those before it.
  private var lastTried: Int?
  private var triedBefore: [Int] = []
  /// The origin of the next attempt, if it is to be the same one.
  private(set) var sameServer: Int?
  private(set) var needsFreshConnection = false
  private(set) var needsHTTP1 = false
  private(set) var isReused = false
  /// How far the last attempt came.
  var progress = HTTPClientError.Progress.nothingSent
  private var rule: RetryRule
  /// The body is a stream that the last attempt may have read from.
  private var hasConsumedBody = false

  /// How many origins there are.
  private let origins: Int

  init(isIdempotent: Bool, retries: Int, origins: Int) {
    self.origins = origins
    rule = RetryRule(isIdempotent: isIdempotent, retries: retries)
  }

  /// Whether the request may be sent twice (RFC 9110 section 9.2.2).
  var isIdempotent: Bool { rule.isIdempotent }

  // MARK: - The request's content

  /// Takes the body over. A small one is gathered: it leaves with its head, and can be sent again.
  func gatherBody(
    _ fetch: Fetch, into request: inout ClientRequest, _ parker: Parker
  ) async throws(Failure) {
    guard let source = fetch.body else { return }
    request.awaitsContinue = fetch.request.fields.expectsContinue
    guard let length = fetch.bodyLength, length <= OriginLimits.gatheredBodyBytes,
      !request.awaitsContinue
    else {
      request.body = .stream(source, length: fetch.bodyLength)
      return
    }
    let storage = ByteStorage(capacity: Int(length))
    while let piece = try await source.next(parker) {
      guard piece.count <= storage.free else {
        throw Failure(.requestInvalid, "the request's body is longer than announced")
      }
      piece.withSpan { _ = storage.append($0) }
    }
    guard storage.free == 0 else {
      throw Failure(.clientAborted, "the request's body is shorter than announced")
    }
    request.body = .bytes(Bytes(storage, offset: 0, count: storage.count))
  }

  /// Asks for a change of protocol if the client does.
  func addUpgrade(_ fetch: Fetch, to request: inout ClientRequest) {
    guard let input = fetch.upgradedInput, fetch.request.fields.contains(.upgrade) else { return }
    if case .none = request.body { request.upgradedInput = input }
  }

  // MARK: - Attempts

  mutating func chose(_ index: Int) {
    sameServer = nil
    // The first one, which is mostly the last, costs no memory.
    if let lastTried { triedBefore.append(lastTried) }
    lastTried = index
  }

  func hasTried(_ index: Int) -> Bool { lastTried == index || triedBefore.contains(index) }

  mutating func begin() {
    isReused = false
    progress = .nothingSent
  }

  /// There is a connection: a streamed body is read from now on.
  mutating func leased(isReused: Bool, _ request: borrowing ClientRequest) {
    self.isReused = isReused
    if case .stream = request.body { hasConsumedBody = true }
  }

  /// Whether there is another attempt after `fault`.
  mutating func goesOn(after fault: OriginFault) -> Bool {
    let error: HTTPClientError
    switch fault {
    case .client(let clientError): error = clientError
    case .failure(let failure):
      guard failure.isRetryable, failure.kind != .connectionLimitReached else { return false }
      error = .connectTimedOut
    }
    // The same origin would show the same certificate again.
    if case .certificateRefused = error, triedBefore.count + 1 >= origins { return false }
    let decision = rule.decide(
      after: error, progress: progress, onReusedConnection: isReused,
      canReplay: !hasConsumedBody)
    needsFreshConnection = decision == .freshConnection
    sameServer = needsFreshConnection ? lastTried : nil
    if decision == .anyOrigin { lastTried = nil }
    if case .http11Required = error { needsHTTP1 = true }
    return decision != .giveUp
  }
}
