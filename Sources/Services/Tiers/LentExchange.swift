// An exchange for another loop.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Makes an exchange on a connection of its loop, and passes the response on to the loop that asked.
final class LentExchange: ContentTenant, @unchecked Sendable {
  // Constant before it begins; the rest is confined to the lending loop.
  private let lender: PeerNetwork
  private let server: TierTopology.Server
  private let borrower: BorrowedExchange
  private let crossing: ExchangeCrossing
  private let head: RequestHead
  private let content: Bytes?
  private let timeouts: ClientTimeouts
  private let zone: ZoneID?
  private var parker: Parker?
  private var isCancelled = false
  /// Bytes that wait here, and those of them that are with the other loop already.
  private var waitingBytes = 0
  private var passedBytes = 0

  /// Asks `server` what `request` asks, for `borrower`. On the borrowing loop.
  init(
    _ request: borrowing ClientRequest, for borrower: BorrowedExchange,
    to server: TierTopology.Server, by lender: PeerNetwork
  ) {
    self.lender = lender
    self.server = server
    self.borrower = borrower
    crossing = borrower.crossing
    head = request.head
    timeouts = request.timeouts
    zone = request.zone
    if case .bytes(let bytes) = request.body { content = bytes } else { content = nil }
  }

  // MARK: - From the borrowing loop

  func begin() { lender.lane.post { self.start() } }

  /// Nobody wants it any more.
  func cancel() {
    lender.lane.post { [self] in
      isCancelled = true
      parker?.cancel()
    }
  }

  /// There is room for more of it.
  func goOn() { lender.lane.post { [self] in parker?.wake() } }

  // MARK: - On the lending loop

  /// On the zone's lane, if it has one here: else nobody pays for its part of the connection.
  private func start() {
    let lane = zone.flatMap { lender.zoneLane?($0) } ?? lender.lane
    let parker = Parker(on: lane)
    if isCancelled { parker.cancel() }
    self.parker = parker
    lane.start { await self.serve(parker) }
  }

  private func serve(_ parker: Parker) async {
    // What is of this loop is let go of here, whoever knows the exchange last.
    defer { self.parker = nil }
    guard let link = lender.link(to: server), lender.beginLent(zone) else { return fail(.busy) }
    let outcome = await ask(link, parker)
    lender.endLent(zone)
    switch outcome {
    case .failure(let fault):
      link.failed(fault, forOther: true)
      fail(fault)
    case .success(var response):
      link.lentAnswered()
      let body = response.takeBody()
      let head = ExchangeCrossing.Head(
        fields: response.head, contentLength: response.contentLength)
      send { $0.head = head }
      await pass(body, parker)
    }
  }

  private func ask(
    _ link: PeerLink, _ parker: Parker
  ) async -> Result<FetchedResponse, PeerFault> {
    link.exchanges += 1
    defer { link.exchanges -= 1 }
    do throws(PeerFault) {
      return .success(try await link.exchange(parker) { request() })
    } catch { return .failure(error) }
  }

  private func fail(_ fault: PeerFault) { send { $0.ending = .failed(fault.ofConnection) } }

  private func request() -> ClientRequest {
    var request = ClientRequest()
    request.head = head
    request.timeouts = timeouts
    if let content { request.body = .bytes(content) }
    request.tenant = self
    request.interim = { [self] head in send { $0.interim.append(head) } }
    return request
  }

  private func pass(_ body: ResponseBody, _ parker: Parker) async {
    switch body {
    case .none: break
    case .bytes(let bytes): send(bytes)
    case .chunks(let pieces): for piece in pieces { send(piece) }
    case .stream(let source): return await pass(source, parker)
    }
    send { $0.ending = .complete(nil) }
  }

  private func pass(_ source: any BodySource, _ parker: Parker) async {
    var turn = PassingTurn()
    do throws(Failure) {
      while let piece = try await source.next(parker) {
        send(piece)
        passedBytes = piece.count
        tellWaiting()
        while !crossing.mayCross() {
          guard await parker.park() != .cancelled else { return source.abandon() }
        }
        await turn.passed(piece, parker)
        passedBytes = 0
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
    waitingBytes += bytes
    tellWaiting()
  }

  private func tellWaiting() {
    if crossing.waits(behind: max(0, waitingBytes - passedBytes)) { tell() }
  }

  // A request's content is in memory.
  func waitingInputChanged(by bytes: Int) {}

  var hasInputRoom: Bool { true }
}
