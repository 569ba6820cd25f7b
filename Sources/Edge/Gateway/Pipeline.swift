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
        below: context.compresses ? IdentityRequests(context.origin) : context.origin)
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
        loop: context.zone.gateway.loop)
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
    let origin: any ResponseSource
    var configuration: ZoneConfiguration { snapshot.configuration }
    var compresses: Bool { configuration.compression.isEnabled }
  }

  private let active: [any Stage]
  private let responding: [any ResponseStage]

  init(_ context: Context) {
    active = Self.stages.compactMap { $0(context) }
    responding = Self.responseStages.compactMap { $0(context) }
  }

  /// Runs stages from `index` on, until one answers or must wait.
  func run(_ exchange: Exchange, from index: Int = 0) -> Outcome {
    for position in index..<active.count {
      switch active[position].evaluate(exchange) {
      case .next: continue
      case .respond: return .responded
      case .start(let work): return .started(work, next: position + 1)
      case .suspend(let work): return .suspended(work, next: position + 1)
      }
    }
    return .unanswered
  }

  /// Runs the stages after the source, over a response whose head is known.
  func complete(_ exchange: Exchange) {
    for stage in responding { stage.transform(exchange) }
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
