// Requests' content, and what a tenant may hold of it.

import Exchange
import Primitives
import Runtime
import Testing

@testable import HTTPServer

@Suite("Room for requests' content") struct InputRoomTests {
  private static let total = 1 << 20

  private static let upload =
    Array("PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: \(total)\r\n\r\n".utf8)
    + Array(repeating: 120, count: total)

  /// What a reader saw who came late.
  private struct Reading: Sendable {
    /// Held before the reader came, at most while it read, and afterwards.
    var before = 0
    var most = 0
    var after = 0
    var bytes = 0
  }

  /// Waits until `waiting` bytes are held and others had their turns, then reads all.
  private static func read(
    _ exchange: Exchange, _ lane: Lane, _ tenant: TestTenant, waiting: Int
  ) async -> Reading {
    var reading = Reading()
    let parker = Parker(on: lane)
    while tenant.heldBytes < waiting { await parker.yield() }
    for _ in 0..<1_000 { await parker.yield() }
    reading.before = tenant.heldBytes
    do throws(Failure) {
      while let piece = try await exchange.requestBody?.next(parker) {
        reading.bytes += piece.count
      }
    } catch {
      reading.bytes = -1
    }
    reading.most = tenant.mostBytes
    reading.after = tenant.heldBytes
    return reading
  }

  @Test("with room a body waits up to its own bound, and comes whole")
  func room() async throws {
    let tenant = TestTenant(hasInputRoom: true)
    let reading = try await TestServer.ask(Self.upload, of: tenant) {
      await Self.read($0, $1, tenant, waiting: HTTPServerLimits.pendingBodyBytes)
    }
    #expect(reading.before < HTTPServerLimits.pendingBodyBytes + RuntimeLimits.inputBytes)
    #expect(reading.bytes == Self.total)
    #expect(reading.after == 0)
  }

  @Test("without room a body has one reception at a time, and comes whole all the same")
  func noRoom() async throws {
    let tenant = TestTenant(hasInputRoom: false)
    let reading = try await TestServer.ask(Self.upload, of: tenant) {
      await Self.read($0, $1, tenant, waiting: 1)
    }
    #expect(reading.most <= RuntimeLimits.inputBytes)
    #expect(reading.bytes == Self.total)
    #expect(reading.after == 0)
  }

  @Test("a stream's window is small until its body has a reader, and what it holds is counted")
  func window() async throws {
    let tenant = TestTenant(hasInputRoom: false)
    // Until the client knows our settings, its windows have 65,535 bytes.
    let window = HTTPServerLimits.unaskedBodyBytes - 4
    var request =
      FrameBuilder.hello + FrameBuilder.headers(1, FrameBuilder.post(), endStream: false)
    for count in 1...4 {
      let content = [UInt8](repeating: 1, count: window / 4)
      request += FrameBuilder.data(1, content, endStream: count == 4)
    }
    let reading = try await TestServer.ask(request, of: tenant) {
      await Self.read($0, $1, tenant, waiting: window)
    }
    #expect(reading.before == window)
    #expect(reading.most == window)
    #expect(reading.bytes == window)
    #expect(reading.after == 0)
  }
}
