// One exchange with a fuzzed origin, as a client's task makes it.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime

@testable import HTTPClient

/// Asks, and reads the response as its kind says; what it takes for complete must be what was sent.
final class FuzzExchange: @unchecked Sendable {
  // Confined to its loop.
  private let kind: Int
  private let origin: FuzzOrigin
  private let parker: Parker
  private var id: Int32 = 0
  private var contentBytes = 0

  init(kind: Int, of origin: FuzzOrigin) {
    self.kind = kind
    self.origin = origin
    parker = Parker(on: origin.lane)
  }

  func run() async {
    guard let http2 = origin.http2 else { return }
    id = Int32(2 * http2.exchangeCount + 1)
    let request = request()
    if kind == 7 { origin.lane.post { self.parker.cancel() } }
    do throws(HTTPClientError) {
      let response = try await http2.exchange(request, parker: parker)
      let status = response.head.status
      origin.expect((200...599).contains(status), "\(status) passed for a final status")
      await read(response)
    } catch {
      _ = HTTP2ClientConnection.progress(of: error)
      _ = error.failure()
    }
  }

  private func request() -> ClientRequest {
    var request = ClientRequest()
    request.head.authority = Array("a".utf8)
    request.head.path = Array("/".utf8)
    request.tenant = origin.tenant
    request.interim = { [origin] head in
      origin.expect(
        (102...199).contains(head.status), "\(head.status) passed for an interim status")
    }
    switch kind {
    case 1:
      request.head.method = .post
      request.body = .bytes(Bytes(Array(repeating: 66, count: 100_000)))
    case 2: request.head.method = .head
    case 3, 6:
      request.head.method = .post
      request.body = .stream(
        FuzzUpload(origin), length: kind == 6 ? UInt64(FuzzUpload.byteCount) : nil)
      request.awaitsContinue = kind == 3
    default: break
    }
    return request
  }

  private func read(_ response: FetchedResponse) async {
    switch response.body {
    case .none: break
    case .bytes(let bytes): contentBytes = bytes.count
    case .chunks(let chunks): contentBytes = chunks.reduce(0) { $0 + $1.count }
    case .stream(let source):
      guard await read(source) else { return }
    }
    origin.expect(
      origin.frames.ended.contains(id), "stream \(id) did not end, and passed for complete")
    let sent = origin.frames.contentBytes[id] ?? 0
    origin.expect(
      contentBytes == sent, "\(contentBytes) bytes of stream \(id) passed for all \(sent)")
    if let announced = response.contentLength, kind != 2, response.head.status != 304 {
      origin.expect(
        UInt64(contentBytes) == announced, "\(contentBytes) bytes passed for \(announced)")
    }
  }

  /// Whether all of it came.
  private func read(_ source: any BodySource) async -> Bool {
    // A reader that is slower than any origin.
    if kind == 5 { while !origin.isOver { await FuzzOrigin.round(parker) } }
    do throws(Failure) {
      while let piece = try await source.next(parker) {
        origin.expect(!piece.isEmpty, "a piece of a body is empty")
        contentBytes += piece.count
        if kind == 4 {
          source.abandon()
          return false
        }
      }
      _ = source.trailers
      return true
    } catch {
      return false
    }
  }
}

/// A request's body that comes in a few pieces.
final class FuzzUpload: BodySource, @unchecked Sendable {
  // Confined to its loop.
  private static let piece = Bytes(Array(repeating: 67, count: 30_000))
  private static let pieces = 4
  static let byteCount = pieces * piece.count

  let trailers: FieldBlock? = nil
  private var left = FuzzUpload.pieces
  private let origin: FuzzOrigin

  init(_ origin: FuzzOrigin) {
    self.origin = origin
    origin.uploads += 1
  }

  deinit { origin.uploads -= 1 }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    guard left > 0 else { return nil }
    left -= 1
    return Self.piece
  }

  func abandon() {}
}

/// A tenant that counts what waits for it, and has room for a little.
final class FuzzTenant: ConnectionTenant {
  private(set) var waitingBytes = 0

  func connectionOpened(_ connection: any TenantConnection) -> Int? { nil }
  func connectionClosed(at place: Int) {}
  func waitingOutputChanged(by bytes: Int) { waitingBytes += bytes }
  var hasOutputRoom: Bool { waitingBytes < 40_000 }
  func waitingInputChanged(by bytes: Int) {}
  var hasInputRoom: Bool { true }
}
