// An exchange for another loop.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Makes an exchange on a connection of its loop, and passes the response on to the loop that asked.
final class LentExchange: ContentTenant, @unchecked Sendable {
  // Constant before it begins; the rest is confined to the lending loop.
  private let loan: ConnectionLoan
  private let borrower: BorrowedExchange
  private let crossing: ExchangeCrossing
  private let head: RequestHead
  private let content: Bytes?
  private let timeouts: ClientTimeouts
  private let parker: Parker

  /// Asks what `request` asks, for `borrower`. On the borrowing loop.
  init(
    _ request: borrowing ClientRequest, for borrower: BorrowedExchange, over loan: ConnectionLoan
  ) {
    self.loan = loan
    self.borrower = borrower
    crossing = borrower.crossing
    head = request.head
    timeouts = request.timeouts
    if case .bytes(let bytes) = request.body { content = bytes } else { content = nil }
    parker = Parker(on: loan.lender.lane)
  }

  // MARK: - From the borrowing loop

  func begin() { parker.lane.start { await self.serve() } }

  /// Nobody wants it any more.
  func cancel() { parker.lane.post { [self] in parker.cancel() } }

  /// There is room for more of it.
  func goOn() { parker.lane.post { [self] in parker.wake() } }

  // MARK: - On the lending loop

  private func serve() async {
    do throws(HTTPClientError) {
      guard let connection = loan.connection, connection.room > 0 else { throw .notTaken }
      var response = try await connection.exchange(request(), parker: parker)
      let body = response.takeBody()
      let head = ExchangeCrossing.Head(
        fields: response.head, contentLength: response.contentLength)
      send { $0.head = head }
      await pass(body)
    } catch { send { $0.ending = .failed(error) } }
  }

  private func request() -> ClientRequest {
    var request = ClientRequest()
    request.head = head
    request.timeouts = timeouts
    if let content { request.body = .bytes(content) }
    request.tenant = self
    request.interim = { [self] head in send { $0.interim.append(head) } }
    return request
  }

  private func pass(_ body: ResponseBody) async {
    switch body {
    case .none: break
    case .bytes(let bytes): send(bytes)
    case .chunks(let pieces): for piece in pieces { send(piece) }
    case .stream(let source): return await pass(source)
    }
    send { $0.ending = .complete(nil) }
  }

  private func pass(_ source: any BodySource) async {
    var turn = PassingTurn()
    do throws(Failure) {
      while let piece = try await source.next(parker) {
        send(piece)
        while !crossing.mayCross() {
          guard await parker.park() != .cancelled else { return source.abandon() }
        }
        await turn.passed(piece, parker)
      }
      let trailers = source.trailers
      send { $0.ending = .complete(trailers) }
    } catch { send { $0.ending = .broken(error) } }
  }

  private func send(_ piece: Bytes) { if crossing.add(piece) { tell() } }

  private func send(_ change: (inout ExchangeCrossing.Arrivals) -> Void) {
    if crossing.add(change) { tell() }
  }

  private func tell() { borrower.lane.post { [borrower] in borrower.look() } }

  // MARK: - What waits here, for the zone of the other loop

  var hasOutputRoom: Bool { crossing.hasRoom }

  func waitingOutputChanged(by bytes: Int) {
    if crossing.changeBehind(by: bytes) { tell() }
  }

  // A request's content is in memory.
  func waitingInputChanged(by bytes: Int) {}

  var hasInputRoom: Bool { true }
}
