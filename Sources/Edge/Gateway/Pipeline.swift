// The way of a request through a zone. This file is the list.

import Cache
import ContentCoding
import Exchange
import Origin
import Primitives
import Runtime
import Zones

/// The stages of one zone on one loop, in order; stages that the zone does not use are left out.
///
/// Security, transforms and Workers come between `HTTPSRedirect` and the cache (DESIGN.md, section 3).
final class Pipeline {
  /// Every stage of Skerry, in order. Adding one: its folder and one line here.
  static let stages: [@Sendable (Context) -> (any Stage)?] = [
    { _ in RequestGuard() },
    { _ in LoopGuard() },
    { $0.configuration.redirectsToHTTPS ? HTTPSRedirect() : nil },
    { $0.compresses ? CodingNegotiation($0.configuration.compression) : nil },
    { context in
      let stage = CacheStage(
        zone: context.snapshot.id, policies: context.snapshot.cachePolicies,
        shard: context.shard, lane: context.zone.lane,
        below: context.compresses ? IdentityRequests(context.source) : context.source)
      stage.setWeight(context.configuration.cacheShare)
      return stage
    },
  ]

  /// Every stage after the source, in order: they see each response of the zone, error pages too.
  static let responseStages: [@Sendable (Context) -> (any ResponseStage)?] = [
    { ZoneErrorPages($0.configuration.errorPages) },
    { ZoneFields($0.configuration.responseFields) },
    { context in
      guard context.compresses else { return nil }
      return ContentCodingStage(
        context.configuration.compression, pool: context.zone.gateway.encoders,
        encoders: context.zone.encoders, loop: context.zone.gateway.loop)
    },
    { context in
      guard context.snapshot.cachePolicies.tellsTimes else { return nil }
      return ServerTiming(loop: context.zone.gateway.loop)
    },
  ]

  /// What a stage is configured from.
  struct Context {
    let snapshot: ZoneSnapshot
    let zone: ZoneState
    let shard: CacheShard
    let source: any ResponseSource
    var configuration: ZoneConfiguration { snapshot.configuration }
    var compresses: Bool { configuration.compression.isEnabled }
  }

  /// A stage and those after it. What an array gives out is counted for each stage of each request; the
  /// constants of a list are not.
  private final class Step {
    private let stage: any Stage
    private let position: Int
    private let next: Step?

    init(_ stage: any Stage, at position: Int, before next: Step?) {
      self.stage = stage
      self.position = position
      self.next = next
    }

    func run(_ exchange: Exchange) -> Outcome {
      switch stage.evaluate(exchange) {
      case .next: next?.run(exchange) ?? .unanswered
      case .respond: .responded
      case .start(let work): .started(work, next: position + 1)
      case .suspend(let work): .suspended(work, next: position + 1)
      }
    }
  }

  /// The same of those after the source.
  private final class ResponseStep {
    private let stage: any ResponseStage
    private let next: ResponseStep?

    init(_ stage: any ResponseStage, before next: ResponseStep?) {
      self.stage = stage
      self.next = next
    }

    func run(_ exchange: Exchange) {
      stage.transform(exchange)
      next?.run(exchange)
    }
  }

  private let first: Step?
  private let steps: [Step]
  private let responding: ResponseStep?

  init(_ context: Context) {
    var steps: [Step] = []
    for (position, stage) in Self.stages.compactMap({ $0(context) }).enumerated().reversed() {
      steps.append(Step(stage, at: position, before: steps.last))
    }
    first = steps.last
    self.steps = steps.reversed()
    responding = Self.responseStages.compactMap { $0(context) }.reversed().reduce(nil) {
      ResponseStep($1, before: $0)
    }
  }

  /// Runs stages until one answers or must wait.
  func run(_ exchange: Exchange) -> Outcome { first?.run(exchange) ?? .unanswered }

  /// The same from the stage at `index` on.
  func run(_ exchange: Exchange, from index: Int) -> Outcome {
    index < steps.count ? steps[index].run(exchange) : .unanswered
  }

  /// Runs the stages after the source, over a response whose head is known.
  func complete(_ exchange: Exchange) {
    // A server that asks on behalf of a client makes of it what that is to get.
    if !exchange.client.isPeer { responding?.run(exchange) }
    // The connection keeps no body when it is done. Of a stream its delivery counts the pieces.
    exchange.facts.contentBytes = exchange.response.bodyBytes()
  }

  /// How far the stages came.
  enum Outcome {
    case responded
    case started(any EventDrivenWork, next: Int)
    case suspended(any Suspension, next: Int)
    /// No stage answered: a fault of ours, since the cache answers everything.
    case unanswered
  }
}
