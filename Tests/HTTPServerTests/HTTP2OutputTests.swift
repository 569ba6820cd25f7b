// Whether a client takes its responses over HTTP/2.

import Exchange
import Glibc
import Primitives
import Testing

@testable import HTTPServer
@testable import Runtime

@Suite("The progress of a client with its responses over HTTP/2") struct HTTP2OutputTests {
  @Test("a client that takes a few bytes now and then is cut off after a minute")
  func trickle() async throws {
    let lasted = await SharedRuntime.on(SharedRuntime.loop) { Self.take(10, each: 10) }
    #expect(lasted == 60)
  }

  @Test("a client that takes a fair amount each minute is given more time")
  func slow() async throws {
    let lasted = await SharedRuntime.on(SharedRuntime.loop) { Self.take(4_096, each: 50) }
    #expect(lasted == nil)
  }

  /// How long a connection lasts whose client takes `count` of much that waits, each so many seconds; nil
  /// if that is more than five minutes. On the loop, in one go: its time is the test's meanwhile.
  private static func take(_ count: Int, each seconds: UInt64) -> Int? {
    let loop = SharedRuntime.loop
    let begun = loop.now
    defer { loop.now = begun }
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return -1 }
    let connection = makeConnection(ends[0], on: loop)
    defer {
      connection.abort()
      close(ends[1])
    }
    connection.pendingOutput.append(Bytes(Array(repeating: 7, count: 1_000_000)))
    connection.outputChanged()
    for second in 1...300 as ClosedRange<UInt64> {
      loop.now = begun.advanced(byNanoseconds: second * 1_000_000_000)
      if second.isMultiple(of: seconds) {
        connection.pendingOutput.take(atMost: count) { _ = connection.send($0) }
        connection.outputChanged()
      }
      guard connection.deadline <= loop.now, case .http2(let http2) = connection.engine else {
        continue
      }
      http2.timedOut()
      if !connection.isOpen { return Int(second) }
    }
    return nil
  }

  private static func makeConnection(
    _ descriptor: Int32, on loop: EventLoop
  ) -> ServerConnection {
    let connection = ServerConnection(
      descriptor: descriptor, peer: SocketAddress(ipv4: 127, 0, 0, 1, port: 1), isTLS: false,
      server: HTTPServer(loop: loop, handler: Silence()))
    connection.start(.http2)
    let hello = FrameBuilder.hello
    connection.receivedPlain(hello.span)
    return connection
  }

  /// Answers nothing.
  private final class Silence: ExchangeHandler {
    func handle(_ exchange: Exchange) -> Handling { .pending }
  }
}
