// An exchange over another loop's connection, as the loop that asked sees it.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Waits for the head of a response, and is the source of its content.
///
/// Confined to the borrowing loop.
final class BorrowedExchange: BodySource, @unchecked Sendable {
  // Confined to the borrowing loop, but for the constants.
  let crossing: ExchangeCrossing
  /// Where it is told what has come.
  let lane: Lane
  /// The other half, until the exchange has ended.
  var lent: LentExchange?
  private(set) var trailers: FieldBlock?
  private let connection: BorrowedConnection
  private let waiting: WaitingContent
  /// Until the head has come.
  private var interim: ((ResponseHead) -> Void)?
  private var head: ExchangeCrossing.Head?
  private var pieces: [Bytes] = []
  private var ending: ExchangeCrossing.Ending?
  /// Bytes of the piece that is with the reader.
  private var lentBytes = 0
  private var isAbandoned = false
  private var reader: Parker?

  init(_ request: borrowing ClientRequest, on connection: BorrowedConnection, lane: Lane) {
    waiting = WaitingContent(of: request.tenant)
    crossing = ExchangeCrossing(hasRoom: waiting.hasRoom)
    self.connection = connection
    self.lane = lane
    interim = request.interim
  }

  deinit {
    guard !EventLoop.isCurrent(lane.loop) else { return waiting.change(to: 0) }
    // The other loop was the last to know it: what is of this loop is let go of here.
    let (waiting, reader, connection) = (waiting, reader, connection)
    lane.post { withExtendedLifetime((reader, connection)) { waiting.change(to: 0) } }
  }

  /// Waits for the head; how long is the other loop's business.
  func awaitHead(_ parker: Parker) async throws(HTTPClientError) -> FetchedResponse {
    reader = parker
    while head == nil {
      if case .failed(let error)? = ending { throw error }
      guard await parker.park() != .cancelled else {
        abandon()
        throw .cancelled
      }
    }
    return response()
  }

  private func response() -> FetchedResponse {
    let fields = head?.fields ?? ResponseHead(status: 502)
    let length = head?.contentLength
    guard case .complete(nil)? = ending else {
      return FetchedResponse(head: fields, body: .stream(self), contentLength: length)
    }
    let whole = pieces
    pieces = []
    crossing.dropUnread()
    tell()
    let body: ResponseBody =
      whole.count > 1 ? .chunks(whole) : whole.first.map { .bytes($0) } ?? .none
    return FetchedResponse(head: fields, body: body, contentLength: length)
  }

  // MARK: - BodySource

  var isReady: Bool { !pieces.isEmpty || ending != nil }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    lentBytes = 0
    tell()
    while true {
      if let piece = take() { return piece }
      switch ending {
      case .complete?: return nil
      case .failed(let error)?: throw error.failure()
      case .broken(let failure)?: throw failure
      case nil: break
      }
      reader = parker
      guard await parker.park() != .cancelled else {
        abandon()
        throw HTTPClientError.cancelled.failure()
      }
    }
  }

  func abandon() {
    isAbandoned = true
    pieces = []
    reader = nil
    tell()
    guard ending == nil else { return }
    lent?.cancel()
    end(.failed(.cancelled))
  }

  private func take() -> Bytes? {
    guard !pieces.isEmpty else { return nil }
    let piece = pieces.removeFirst()
    lentBytes = piece.count
    if crossing.took(piece.count) { lent?.goOn() }
    tell()
    return piece
  }

  // MARK: - From the other loop

  /// Looks what has come.
  func look() {
    let arrivals = crossing.takeArrivals()
    guard !isAbandoned else { return }
    for head in arrivals.interim { interim?(head) }
    if let head = arrivals.head {
      self.head = head
      interim = nil
    }
    pieces += arrivals.pieces
    if let ending = arrivals.ending { end(ending) }
    tell()
    reader?.wake()
  }

  private func end(_ ending: ExchangeCrossing.Ending) {
    self.ending = ending
    interim = nil
    lent = nil
    if case .complete(let trailers) = ending { self.trailers = trailers }
    connection.ended()
  }

  /// Tells the zone how much waits for its clients, on both loops.
  private func tell() {
    let (bytes, goesOn) = crossing.countWaiting(hasRoom: waiting.hasRoom)
    waiting.change(to: isAbandoned ? 0 : bytes + lentBytes)
    if goesOn { lent?.goOn() }
  }
}
