// A peer whose responses have content in pieces.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

@testable import Tiers

/// Connections to a peer that answers as the path says: `/N/SIZE` has N pieces of SIZE bytes; `/early/...` is
/// preceded by a 103; `/silent` never answers; `/reset` is reset; `/broken/...` breaks off after its pieces; `/whole`
/// is there with its head.
///
/// Confined to its loop.
final class StreamingPeers: PeerTransport, @unchecked Sendable {
  // Confined to its loop.
  private(set) var connections: [StreamingPeer] = []
  var refuses = false

  func open(
    for link: PeerLink, parker: Parker
  ) async throws(HTTPClientError) -> any PeerConnection {
    if refuses { throw .certificateRefused("scripted") }
    let connection = StreamingPeer(link)
    connections.append(connection)
    return connection
  }
}

/// One of them.
final class StreamingPeer: PeerConnection {
  private(set) var takesRequests = true
  var room = 100
  var roundTripNanoseconds: UInt64? = 5_000_000
  /// Requests that came, and those that nobody wanted any more.
  private(set) var asked = 0
  fileprivate(set) var cancelled = 0 { didSet { tellCancelled() } }
  private var awaited: (count: Int, resume: () -> Void)?
  /// Bytes that were taken of responses' content.
  fileprivate(set) var takenBytes = 0
  private let link: PeerLink

  init(_ link: PeerLink) { self.link = link }

  func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    asked += 1
    var words = String(decoding: request.head.path, as: UTF8.self).split(separator: "/")
    let kind = words.removeFirst()
    switch kind {
    case "silent":
      while true {
        guard await parker.park() != .cancelled else {
          cancelled += 1
          throw .cancelled
        }
      }
    case "reset": throw .streamReset("scripted")
    case "whole":
      return FetchedResponse(
        head: ResponseHead(status: 200), body: .bytes(Bytes([0, 1, 2, 3, 4])), contentLength: 5)
    case "early": request.interim?(ResponseHead(status: 103))
    case "broken": break
    default: words.insert(kind, at: 0)
    }
    let body = StreamingBody(
      self, pieces: Int(words[0]) ?? 0, of: Int(words[1]) ?? 0, breaks: kind == "broken")
    return FetchedResponse(
      head: ResponseHead(status: 200), body: .stream(body), contentLength: nil)
  }

  /// Calls `resume` when so many requests were taken back.
  func whenCancelled(_ count: Int, _ resume: @escaping () -> Void) {
    awaited = (count, resume)
    tellCancelled()
  }

  private func tellCancelled() {
    guard let awaited, cancelled >= awaited.count else { return }
    self.awaited = nil
    awaited.resume()
  }

  /// The connection is lost.
  func end() {
    takesRequests = false
    room = 0
    link.isGone(self)
  }

  /// It takes no more requests.
  func goAway() {
    takesRequests = false
    room = 0
  }

  func noteRoom(_ room: Int) {
    self.room = room
    link.hasRoom(self)
  }

  func measure() -> Bool { true }

  func drain() { end() }
}

/// Its content: byte `i` of it is `i` modulo 251.
private final class StreamingBody: BodySource {
  private let peer: StreamingPeer
  private var pieces: Int
  private let size: Int
  private let breaks: Bool
  private var position = 0
  var trailers: FieldBlock?

  init(_ peer: StreamingPeer, pieces: Int, of size: Int, breaks: Bool) {
    self.peer = peer
    self.pieces = pieces
    self.size = size
    self.breaks = breaks
  }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    guard pieces > 0 else {
      if breaks { throw Failure(.responseIncomplete, "scripted") }
      var fields = FieldBlock()
      fields.append("etag", "\(position)")
      trailers = fields
      return nil
    }
    pieces -= 1
    let piece = (position..<position + size).map { UInt8($0 % 251) }
    position += size
    peer.takenBytes += size
    return Bytes(piece)
  }

  func abandon() { peer.cancelled += 1 }
}
