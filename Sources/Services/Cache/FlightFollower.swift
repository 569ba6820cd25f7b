// One request that waits for a response on its way, and then reads it.

import Exchange
import HTTP
import Primitives
import Runtime

/// An exchange's place at a flight: waits for the outcome, then is the source of its body, at its
/// own pace. Confined to its flight's loop.
final class FlightFollower: BodySource, @unchecked Sendable {
  // Confined to its flight's loop.
  let flight: Flight
  /// The fetch is made for this one's request.
  let isLeader: Bool
  /// Its place among the flight's followers; -1 when it is not among them.
  var slot = -1
  /// The offset of the next byte that it reads.
  private(set) var position = 0
  /// The number of the zone's latest purge when it came, and of the latest that was settled.
  private let sequence: UInt64
  private let settledSequence: UInt64
  private let isPeer: Bool
  /// Until the outcome is known. Not weak: an exchange that was referred to weakly once counts all its
  /// references in a table beside it from then on.
  private var exchange: Exchange?
  private var waiting: Parker?
  /// Interim responses that its client has got.
  private var passedInterims = 0

  init(_ exchange: Exchange?, at flight: Flight, isLeader: Bool) {
    self.exchange = exchange
    self.flight = flight
    self.isLeader = isLeader
    isPeer = exchange?.client.isPeer ?? false
    settledSequence = flight.zone.settledSequence
    sequence = flight.zone.purgeSequence
    flight.join(self)
  }

  var isReady: Bool {
    guard position >= flight.pieces.end else { return true }
    if case .streaming = flight.state { return false }
    return true
  }

  /// Whether what comes may answer it: it does not, if the fetch began before a purge of it and this
  /// one came after. By its tags that is known with the head only.
  var isInTime: Bool {
    let source = flight.source ?? flight
    if !source.isOutdated { return true }
    guard sequence == source.start.sequence else { return false }
    // Or if it comes from a peer that may not have made a purge, for who will keep it or came when all had.
    return source.sequence == source.start.sequence
      || !isPeer && settledSequence <= source.start.settledSequence
  }

  /// Trailers of a stored response are dropped (RFC 9110 section 6.5.1 allows it).
  var trailers: FieldBlock? { nil }

  /// Waits until the flight's head has come or it has ended without one.
  func outcome(_ parker: Parker) async throws(Failure) -> FlightState {
    while true {
      switch flight.state {
      case .asking, .fetching: try await wait(parker)
      default:
        if isLeader {
          exchange?.facts.originNanoseconds = flight.fetchNanoseconds
          exchange?.facts.reserveNanoseconds = flight.reserveNanoseconds
        }
        exchange = nil
        return flight.state
      }
    }
  }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while true {
      if case .failed(let failure) = flight.state {
        leave()
        throw failure
      }
      if let piece = flight.pieces.piece(from: position) {
        position += piece.count
        flight.advanced()
        return piece
      }
      switch flight.state {
      case .streaming: try await wait(parker)
      case .complete:
        leave()
        return nil
      default:
        leave()
        throw Failure(.internalError, "a response on its way was lost")
      }
    }
  }

  func abandon() { leave() }

  private func leave() {
    exchange = nil
    flight.leave(self)
  }

  func wake() { waiting?.wake() }

  /// Passes on the interim responses that came so far, while nothing else was sent.
  func passInterims() {
    guard waiting != nil, let exchange, !exchange.isAborted else { return }
    while passedInterims < flight.interims.count {
      exchange.sink?.interim(flight.interims[passedInterims], for: exchange)
      passedInterims += 1
    }
  }

  private func wait(_ parker: Parker) async throws(Failure) {
    waiting = parker
    if !flight.interims.isEmpty { passInterims() }
    let outcome = await parker.park()
    waiting = nil
    if outcome == .cancelled {
      leave()
      throw Failure(.clientAborted, "the client left while it waited")
    }
  }
}
