// What drives an exchange of a simulated server.

import Cache
import Exchange
import HTTP
import Primitives
import Runtime
import Tiers

/// Takes an exchange through the cache to its end, as the gateway does. Confined to its loop.
final class SimulatedDriver: ExchangeDriver, @unchecked Sendable {
  // Confined to its loop.
  private let exchange: Exchange
  private let server: SimulatedServer

  init(_ exchange: Exchange, at server: SimulatedServer) {
    self.exchange = exchange
    self.server = server
  }

  func begin() {
    server.drivers[ObjectIdentifier(self)] = self
    switch server.stage.evaluate(exchange) {
    case .next: fail(Failure(.internalError, "the cache answers everything"))
    case .respond:
      exchange.sink?.respond(exchange)
      end()
    case .start(let work): work.begin(exchange, for: self)
    case .suspend(let work): start(work)
    }
  }

  /// The process is gone.
  func kill() { exchange.abort() }

  func workEnded() { start(nil) }

  func workFailed(_ failure: Failure) { fail(failure) }

  func workContinues(_ rest: any Suspension) { start(rest) }

  private struct Box: @unchecked Sendable {
    // Handed to a task of the same loop.
    let work: (any Suspension)?
    init(_ work: (any Suspension)?) { self.work = work }
  }

  private func start(_ work: (any Suspension)?) {
    let box = Box(work)
    server.lane.start { await self.run(box.work) }
  }

  private func run(_ work: (any Suspension)?) async {
    do throws(Failure) {
      try await work?.perform(exchange)
      await exchange.deliver()
      end()
    } catch {
      fail(error)
    }
  }

  private func fail(_ failure: Failure) {
    if !exchange.isAborted {
      exchange.response.reset()
      exchange.response.status = failure.status
      exchange.response.contentLength = 0
      if exchange.client.isPeer {
        PeerVerdict(failure).append(to: &exchange.response.fields)
      }
      exchange.facts.failure = failure
      exchange.sink?.respond(exchange)
    }
    end()
  }

  private func end() { server.drivers[ObjectIdentifier(self)] = nil }
}
