// State machines of the pool: order, health, retries, names.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime
import Testing

@testable import Origin

@Suite("Decisions about origins")
struct DecisionTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  @Test("weights 5, 1, 1 are spread evenly: a a b a c a a")
  func weights() {
    var order = WeightedRoundRobin(weights: [5, 1, 1])
    let taken = (0..<7).map { _ in order.next { _ in true } ?? -1 }
    #expect(taken == [0, 0, 1, 0, 2, 0, 0])
  }

  @Test("an origin that is no candidate gets nothing, and none gives none")
  func candidates() {
    var order = WeightedRoundRobin(weights: [5, 1])
    #expect((0..<4).map { _ in order.next { $0 == 1 } } == [1, 1, 1, 1])
    #expect(order.next { _ in false } == nil)
  }

  @Test("three failures in a row eject for 10 s, then one probe decides; ejections grow")
  func ejection() {
    var health = PassiveHealth()
    for _ in 0..<2 {
      health.begin(now: start)
      health.fail(now: start)
    }
    health.answer(200, patience: 5, now: start)
    for _ in 0..<3 {
      #expect(health.admits(now: start))
      health.fail(now: start)
    }
    #expect(!health.admits(now: start + .milliseconds(9_999)))
    let probing = start + .seconds(10)
    #expect(health.admits(now: probing))
    health.begin(now: probing)
    #expect(!health.admits(now: probing))
    health.fail(now: probing)
    #expect(!health.admits(now: probing + .milliseconds(19_999)))
    #expect(health.admits(now: probing + .seconds(20)))
    health.begin(now: probing + .seconds(20))
    health.answer(200, patience: 5, now: start)
    #expect(health.admits(now: probing + .seconds(20)))
  }

  @Test(
    "five gateway errors in a row eject; another answer between them does not let it come to that")
  func gatewayErrors() {
    var health = PassiveHealth()
    for status: UInt16 in [502, 503, 504, 503, 500, 502, 503, 504, 502] {
      health.begin(now: start)
      health.answer(status, patience: 5, now: start)
    }
    #expect(health.admits(now: start))
    health.answer(503, patience: 5, now: start)
    #expect(!health.admits(now: start))
    let probing = start + .seconds(10)
    health.begin(now: probing)
    health.answer(503, patience: 5, now: probing)
    #expect(!health.admits(now: probing + .seconds(19)))
    health.begin(now: probing + .seconds(20))
    health.answer(404, patience: 5, now: probing + .seconds(20))
    #expect(health.admits(now: probing + .seconds(20)))
  }

  @Test("how many gateway errors eject is the zone's choice; with 0 none do")
  func patience() {
    var health = PassiveHealth()
    for _ in 0..<3 { health.fail(now: start) }
    let probing = start + .seconds(10)
    health.begin(now: probing)
    health.answer(503, patience: 0, now: probing)
    #expect(health.admits(now: probing))
    health.answer(503, patience: 1, now: probing)
    #expect(!health.admits(now: probing))
  }

  @Test("no ejection is longer than five minutes")
  func longestEjection() {
    var health = PassiveHealth()
    var now = start
    for _ in 0..<40 {
      health.begin(now: now)
      health.fail(now: now)
      if let until = health.ejection {
        #expect(until <= now + .seconds(300))
        now = until
      }
    }
  }

  private struct RetryCase: Sendable {
    let error: HTTPClientError
    let progress: HTTPClientError.Progress
    let isIdempotent: Bool
    var isReused = false
    let canReplay: Bool
    let decision: RetryRule.Decision
  }

  @Test("RFC 9110 section 9.2.2 decides on retries")
  func retries() {
    let cases = [
      RetryCase(
        error: .connectTimedOut, progress: .nothingSent, isIdempotent: false, canReplay: true,
        decision: .anotherOrigin),
      RetryCase(
        error: .closedBeforeResponse, progress: .noResponse, isIdempotent: true, canReplay: true,
        decision: .giveUp),
      RetryCase(
        error: .closedBeforeResponse, progress: .noResponse, isIdempotent: true, isReused: true,
        canReplay: true, decision: .freshConnection),
      RetryCase(
        error: .closedBeforeResponse, progress: .noResponse, isIdempotent: false, isReused: true,
        canReplay: true, decision: .giveUp),
      RetryCase(
        error: .closedBeforeResponse, progress: .noResponse, isIdempotent: true, isReused: true,
        canReplay: false, decision: .giveUp),
      RetryCase(
        error: .firstByteTimedOut, progress: .noResponse, isIdempotent: true, canReplay: true,
        decision: .giveUp),
      RetryCase(
        error: .responseTruncated, progress: .responseBegan, isIdempotent: true, canReplay: true,
        decision: .giveUp),
      RetryCase(
        error: .cancelled, progress: .nothingSent, isIdempotent: true, canReplay: true,
        decision: .giveUp),
      RetryCase(
        error: .refusedUnprocessed, progress: .nothingSent, isIdempotent: false, canReplay: true,
        decision: .anotherOrigin),
    ]
    for entry in cases {
      var rule = RetryRule(isIdempotent: entry.isIdempotent, retries: 1)
      let decision = rule.decide(
        after: entry.error, progress: entry.progress, onReusedConnection: entry.isReused,
        canReplay: entry.canReplay)
      #expect(decision == entry.decision, "\(entry)")
    }
  }

  @Test(
    "a request that may have been sent is repeated once, whatever number of retries there may be")
  func repeatedOnce() {
    var rule = RetryRule(isIdempotent: true, retries: 5)
    let decisions = [HTTPClientError.Progress.nothingSent, .noResponse, .nothingSent, .noResponse]
      .map {
        rule.decide(
          after: .closedBeforeResponse, progress: $0, onReusedConnection: true, canReplay: true)
      }
    #expect(decisions == [.freshConnection, .freshConnection, .freshConnection, .giveUp])
  }

  private static func goneAway(
    _ rule: inout RetryRule, onReusedConnection: Bool
  ) -> RetryRule.Decision {
    rule.decide(
      after: .goneAway, progress: .nothingSent, onReusedConnection: onReusedConnection,
      canReplay: true)
  }

  @Test("a connection in use that goes away takes no retry from the request, but not for ever")
  func departures() {
    var rule = RetryRule(isIdempotent: false, retries: 1)
    let decisions = (0...OriginLimits.departures).map { _ in
      Self.goneAway(&rule, onReusedConnection: true)
    }
    #expect(decisions.dropLast().allSatisfy { $0 == .anyOrigin })
    #expect(decisions.last == .giveUp)
  }

  @Test("a new connection that goes away takes a retry; then those in use still take none")
  func newDepartures() {
    var rule = RetryRule(isIdempotent: false, retries: 1)
    #expect(Self.goneAway(&rule, onReusedConnection: false) == .anotherOrigin)
    #expect(Self.goneAway(&rule, onReusedConnection: true) == .anyOrigin)
    #expect(Self.goneAway(&rule, onReusedConnection: false) == .giveUp)
  }

  @Test("without retries nothing is sent again, nor after a connection that goes away")
  func noRetries() {
    for isReused in [true, false] {
      var rule = RetryRule(isIdempotent: true, retries: 0)
      #expect(Self.goneAway(&rule, onReusedConnection: isReused) == .giveUp)
    }
  }

  @Test("after a connection that goes away the balancer chooses, whatever came before")
  func choiceAfterDeparture() {
    var attempts = FetchAttempts(isIdempotent: true, retries: 2, origins: 2)
    attempts.chose(1)
    attempts.begin()
    attempts.leased(isReused: true, ClientRequest())
    let goesOnAtOnce = attempts.goesOn(after: .client(.closedBeforeResponse))
    #expect(goesOnAtOnce && attempts.sameServer == 1 && attempts.needsFreshConnection)
    let goesOnElsewhere = attempts.goesOn(after: .client(.goneAway))
    #expect(goesOnElsewhere && attempts.sameServer == nil && !attempts.needsFreshConnection)
    // It may be the best still: an origin that is down is no better for not having been tried.
    #expect(!attempts.hasTried(1))
  }

  @Test("what a connection takes no more costs no attempt, also where nothing is retried")
  func notTaken() {
    var rule = RetryRule(isIdempotent: false, retries: 0)
    let decision = rule.decide(
      after: .notTaken, progress: .nothingSent, onReusedConnection: false, canReplay: true)
    #expect(decision == .anyOrigin)
    #expect(!OriginFault.client(.notTaken).blamesOrigin)
  }

  @Test("an old connection explains that it ended, and not that nothing came in time")
  func oldConnections() {
    #expect(OriginFault.client(.closedBeforeResponse).isOfOldConnection)
    #expect(OriginFault.client(.goneAway).isOfOldConnection)
    #expect(!OriginFault.client(.firstByteTimedOut).isOfOldConnection)
  }

  @Test("that a new connection goes away speaks against the origin")
  func blame() {
    #expect(OriginFault.client(.goneAway).blamesOrigin)
    #expect(!OriginFault.client(.cancelled).blamesOrigin)
  }

  @Test("retries end at their number")
  func retryLimit() {
    var rule = RetryRule(isIdempotent: true, retries: 2)
    let decisions = (0..<3).map { _ in
      rule.decide(
        after: .connectTimedOut, progress: .nothingSent, onReusedConnection: true, canReplay: true)
    }
    #expect(decisions == [.freshConnection, .freshConnection, .giveUp])
  }
}
