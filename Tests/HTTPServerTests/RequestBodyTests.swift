// What a request's body costs that comes in very small pieces, and what becomes of one that nobody wants.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import HTTPServer

@Suite("Request bodies") struct RequestBodyTests {
  typealias Build = FrameBuilder

  /// What a reader saw of a body.
  private struct Reading: Sendable {
    var bytes = 0
    var pieces = 0
    /// Pieces of work that the connection needed until all had come.
    var turns: UInt64 = 0
  }

  /// Waits until all of the body has come, then reads it.
  private static func read(_ exchange: Exchange, _ lane: Lane) async -> Reading {
    var reading = Reading()
    guard let body = exchange.requestBody else { return reading }
    let parker = Parker(on: lane)
    let connection = lane.loop.arrivalLane(for: exchange.client.address)
    let before = connection.ledger.jobs
    while !isComplete(body) { await parker.yield() }
    reading.turns = connection.ledger.jobs - before
    do throws(Failure) {
      while let piece = try await body.next(parker) {
        reading.bytes += piece.count
        reading.pieces += 1
      }
    } catch {
      reading.bytes = -1
    }
    return reading
  }

  private static func isComplete(_ body: any BodySource) -> Bool {
    switch body {
    case let body as HTTP1RequestBody: body.isComplete
    case let body as HTTP2RequestBody: body.isComplete
    default: true
    }
  }

  private static let head = Array(
    "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

  @Test(
    "40,000 chunks of a byte are a few pieces for their reader, and many turns of the connection")
  func chunks() async throws {
    let chunks = (0..<40_000).flatMap { _ in Array("1\r\nx\r\n".utf8) }
    let reading = try await TestServer.ask(Self.head + chunks + Array("0\r\n\r\n".utf8)) {
      await Self.read($0, $1)
    }
    #expect(reading.bytes == 40_000)
    #expect(reading.pieces < 20)
    #expect(reading.turns >= 40_000 / UInt64(ExchangeLimits.chunksPerTurn))
  }

  @Test(
    "40,000 frames of a byte are a few pieces for their reader, and many turns of the connection")
  func frames() async throws {
    let frames = (1...40_000).flatMap { Build.data(1, [1], endStream: $0 == 40_000) }
    let request = Build.hello + Build.headers(1, Build.post(), endStream: false)
    let reading = try await TestServer.ask(request + frames) { await Self.read($0, $1) }
    #expect(reading.bytes == 40_000)
    #expect(reading.pieces < 20)
    #expect(reading.turns >= 40_000 / UInt64(4 * ExchangeLimits.framesPerTurn))
  }

  @Test("a body whose request is answered meanwhile fails at its reader, who may come late")
  func answeredEarly() async throws {
    let request = Build.hello + Build.headers(1, Build.post(), endStream: false)
    let kind = try await TestServer.ask(request + Build.data(1, Array(repeating: 1, count: 1_000)))
    {
      exchange, lane -> Failure.Kind? in
      guard let body = exchange.requestBody else { return nil }
      let parker = Parker(on: lane)
      while !body.isReady { await parker.yield() }
      exchange.response.status = 413
      exchange.sink?.respond(exchange)
      do throws(Failure) { _ = try await body.next(parker) } catch { return error.kind }
      return nil
    }
    #expect(kind == .clientAborted)
  }
}
