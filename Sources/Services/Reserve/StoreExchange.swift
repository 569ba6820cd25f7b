// One request and its answer on one connection.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// An exchange that a task waits for. Confined to its loop.
final class StoreExchange: ClientResponseReceiver, @unchecked Sendable {
  // Confined to its loop.
  private let parker: Parker
  private var response: FetchedResponse?
  private var failure: HTTPClientError?
  private var isOver = false

  init(_ parker: Parker) { self.parker = parker }

  func interimCame(_ head: ResponseHead) {}

  func responseCame(_ response: inout FetchedResponse) {
    // Nobody reads what comes after the task has given up.
    if isOver { return response.body.abandon() }
    self.response = response
    parker.wake()
  }

  func exchangeFailed(_ error: HTTPClientError) {
    failure = error
    parker.wake()
  }

  /// Sends `request` on `connection` and waits for the head of its answer until `deadline`.
  func head(
    of request: inout ClientRequest, on connection: HTTP1ClientConnection, until deadline: Instant
  ) async throws(StoreFault) -> FetchedResponse {
    do throws(HTTPClientError) { try connection.begin(&request, for: self) } catch {
      throw StoreConnections.fault(error)
    }
    while true {
      if let response { return response }
      if let failure { throw StoreConnections.fault(failure) }
      let outcome = await parker.park(until: deadline)
      if response != nil || failure != nil { continue }
      switch outcome {
      case .woken: continue
      case .timedOut: throw giveUp(connection, .timedOut)
      case .cancelled: throw giveUp(connection, .cancelled)
      }
    }
  }

  private func giveUp(_ connection: HTTP1ClientConnection, _ fault: StoreFault) -> StoreFault {
    isOver = true
    connection.cancel()
    return fault
  }

  /// The body of an answer in one piece of at most `limit` bytes, by `deadline`. Waits on the parker.
  func body(
    of response: FetchedResponse, limit: Int, until deadline: Instant
  ) async throws(StoreFault) -> Bytes {
    switch response.body {
    case .none: return .empty
    case .bytes(let bytes):
      guard bytes.count <= limit else { throw .malformed }
      return bytes
    case .chunks(let pieces):
      guard response.body.count <= limit else { throw .malformed }
      let storage = ByteStorage(capacity: response.body.count)
      for piece in pieces { _ = piece.withSpan { storage.append($0) } }
      return Bytes(storage, offset: 0, count: storage.count)
    case .stream(let source):
      do throws(StoreFault) {
        return try await gather(source, response.contentLength, limit: limit, until: deadline)
      } catch {
        source.abandon()
        throw error
      }
    }
  }

  private func gather(
    _ source: any BodySource, _ announced: UInt64?, limit: Int, until deadline: Instant
  ) async throws(StoreFault) -> Bytes {
    if let announced, announced > UInt64(limit) { throw .malformed }
    // Where no length was announced memory grows with what comes.
    var storage = ByteStorage(capacity: announced.map { Int($0) } ?? min(limit, 16 << 10))
    while true {
      let piece: Bytes?
      do throws(Failure) { piece = try await source.next(parker) } catch {
        if error.kind == .clientAborted { throw .cancelled }
        if error.kind == .connectionReadTimeout { throw .timedOut }
        throw .connection(.responseTruncated)
      }
      guard let piece else { return Bytes(storage, offset: 0, count: storage.count) }
      guard storage.count + piece.count <= limit else { throw .malformed }
      guard parker.loop.now < deadline else { throw .timedOut }
      if storage.free < piece.count {
        let grown = ByteStorage(capacity: min(limit, (storage.count + piece.count) * 2))
        _ = Bytes(storage, offset: 0, count: storage.count).withSpan { grown.append($0) }
        storage = grown
      }
      _ = piece.withSpan { storage.append($0) }
    }
  }
}
