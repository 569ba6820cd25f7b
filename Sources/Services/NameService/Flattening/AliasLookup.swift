// One look-up of an alias's target.

import DNS
import Primitives
import Runtime

/// A stub resolver (RFC 1034 section 5.3.1) for one question: asks one server after the other over UDP, each
/// twice, and over TCP if the response is cut off. Each time with a port and a number that nobody knows
/// (RFC 5452 section 9.2). Confined to its loop.
final class AliasLookup {
  let question: AliasQuestion
  /// Pays for the look-up, in its zone's place.
  let lane: Lane
  private let servers: [SocketAddress]
  private unowned let lookups: AliasLookups
  /// Messages that were sent.
  private var attempts = 0
  private var id: UInt16 = 0
  private var exchange: ResolverExchange?
  private var isOverStream = false
  private var wasAnswered = false

  init(_ question: AliasQuestion, servers: [SocketAddress], lookups: AliasLookups) {
    self.question = question
    self.servers = servers
    self.lookups = lookups
    lane = Lane(loop: lookups.loop, name: "alias")
  }

  /// Asks the first server. The lane pays.
  func begin() { askNext() }

  private func askNext() {
    exchange?.end()
    exchange = nil
    while attempts < servers.count * NameServiceLimits.resolverRounds {
      let round = attempts / servers.count
      attempts += 1
      if ask(overStream: false, milliseconds: NameServiceLimits.resolverMilliseconds << round) {
        return
      }
    }
    end(.failed)
  }

  /// The server that is asked now.
  private var server: SocketAddress { servers[(attempts - 1) % servers.count] }

  /// Sends the question; false if that can't be done.
  private func ask(overStream: Bool, milliseconds: Int64) -> Bool {
    id = UInt16.random(in: .min ... .max)
    isOverStream = overStream
    let query = ResolverMessage.query(question.name, question.type, id: id)
    do throws(RuntimeError) {
      let exchange = try ResolverExchange(self, server, query, overStream: overStream)
      self.exchange = exchange
      try exchange.begin(milliseconds: milliseconds)
      return true
    } catch { return false }
  }

  /// A message came from the server that is asked; false if it is not the response.
  func received(_ message: Span<UInt8>) -> Bool {
    let reading = ResolverMessage.read(message, question.name, question.type, id: id)
    if reading == .foreign { return false }
    wasAnswered = true
    switch reading {
    case .finding(let finding): end(finding)
    case .truncated where !isOverStream:
      exchange?.end()
      let isAsked = ask(
        overStream: true, milliseconds: NameServiceLimits.resolverStreamMilliseconds)
      if !isAsked { askNext() }
    case .truncated, .useless, .foreign: askNext()
    }
    return true
  }

  /// The server can't be reached, or says nothing.
  func failed() { askNext() }

  private func end(_ finding: AliasFinding) {
    exchange?.end()
    exchange = nil
    lookups.ended(self, finding, wasAnswered: wasAnswered)
  }
}
