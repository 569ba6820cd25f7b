// Where a response stands that is on its way.

import Exchange

/// The state of a flight.
enum FlightState: Sendable {
  /// The owner of the key was asked who fetches.
  case asking
  /// The request was made; no head has come.
  case fetching
  /// The head has come; the body is coming.
  case streaming(FlightHead)
  /// All has come.
  case complete(FlightHead)
  /// Answered by a response in the store: there already, or validated.
  case resolved(StoredResponse)
  /// It was on the disk and answers, as if it had been in memory.
  case found(StoredResponse)
  /// The origin failed; a stale response may do. With the status that it answered, if it did.
  case stale(StoredResponse, status: UInt16?)
  /// It can't be shared: everyone who waits fetches alone.
  case alone
  /// Who waits asks again.
  case again
  case failed(Failure)
}
